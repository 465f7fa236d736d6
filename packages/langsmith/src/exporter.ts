import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { SENDER_DEFAULTS, SpanTelemetryExporter, isSampled } from "@charm/telemetry-core/kit";
import type { FinishedSpan, OpenedSpan, SpanPlace } from "@charm/telemetry-core/kit";
import { Addresses, runUuid } from "./address.ts";
import { encodeEnd, encodeStart, encodeWhole } from "./encode.ts";
import { LIMITS, resolveOptions } from "./options.ts";
import type { LangsmithOptions } from "./options.ts";
import type { Operation } from "./run-ingest.ts";
import { LangsmithSender } from "./sender.ts";

interface Connection {
  readonly options: LangsmithOptions;
  readonly sender: LangsmithSender;
}

/**
 * Sends runs, tool calls and LLM calls to LangSmith, those that take a while at their start and again at their end.
 * Configured by environment variables alone.
 */
export class LangsmithExporter extends SpanTelemetryExporter {
  readonly #addresses = new Addresses();
  /** Spans that were shown at their start: whether LangSmith has taken them. */
  readonly #shown = new WeakMap<SpanPlace, Promise<boolean>>();
  #connection: Connection | undefined;

  constructor() {
    super({
      batchSize: LIMITS.batchSize,
      flushIntervalMs: LIMITS.flushIntervalMs,
      // The end of a run waits for its start, and each may take as long as the sender tries.
      sendTimeoutMs: 2 * SENDER_DEFAULTS.deadlineMs + LIMITS.timeoutMs,
    });
  }

  protected override connect(info: StartInfo): void {
    const resolved = resolveOptions(process.env);
    if ("disabled" in resolved) return this.disable(resolved.disabled);
    const { options, warnings } = resolved;
    for (const warning of warnings) this.warn(warning);
    this.#connection = { options, sender: new LangsmithSender(options, info, this.reporter) };
  }

  protected override async announce(spans: readonly OpenedSpan[]): Promise<void> {
    if (this.#connection === undefined) return;
    const { options, sender } = this.#connection;
    const sampled = spans.filter((span) => isSampled(runUuid(span.runId), options.samplingRate));
    let before: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < sampled.length; from += LIMITS.batchSize) {
      const batch = sampled.slice(from, from + LIMITS.batchSize);
      const sent = before.then(() => this.#show(batch, options, sender));
      // For all of them at once: the end of a run must not overtake its start.
      batch.forEach(({ place }, index) =>
        this.#shown.set(
          place,
          sent.then((outcomes) => outcomes[index] === "delivered"),
        ),
      );
      before = sent;
    }
    await before;
  }

  protected override async send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | Outcome[]> {
    if (this.#connection === undefined) return "disabled";
    const { options, sender } = this.#connection;
    const sampled = spans.filter((span) => isSampled(runUuid(span.runId), options.samplingRate));
    const sent = await sender.send(await Promise.all(sampled.map((span) => this.#operationOf(span, options))), signal);
    if (sent.includes("too_large"))
      this.warn(
        "a run is larger than LangSmith takes, and is dropped. Such a run stays in progress there if it was shown.",
      );
    const outcomes = new Map(sampled.map((span, index) => [span, sent[index]]));
    return spans.map((span) => outcomes.get(span) ?? "sampled");
  }

  protected override release(): Promise<void> | undefined {
    return this.#connection?.sender.close();
  }

  async #show(spans: readonly OpenedSpan[], options: LangsmithOptions, sender: LangsmithSender): Promise<Outcome[]> {
    try {
      return await sender.send(
        spans.map((span) => ({ kind: "post", run: encodeStart(span, this.#addresses.of(span), options) })),
      );
    } catch (error) {
      this.fail(error);
      return [];
    }
  }

  /** The end of a run that was shown at its start, else all of it. */
  async #operationOf(span: FinishedSpan, options: LangsmithOptions): Promise<Operation> {
    const address = this.#addresses.of(span);
    return (await this.#shown.get(span.place))
      ? { kind: "patch", run: encodeEnd(span, address, options) }
      : { kind: "post", run: encodeWhole(span, address, options) };
  }
}
