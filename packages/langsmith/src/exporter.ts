import { TelemetryError } from "@charm/telemetry-core";
import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { HttpSender, SENDER_DEFAULTS, SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import type { FinishedSpan, OpenedSpan, SpanPlace } from "@charm/telemetry-core/kit";
import { Addresses, isSampled, runUuid } from "./address.ts";
import { encodeEnd, encodeStart, encodeWhole } from "./encode.ts";
import { LIMITS, resolveOptions } from "./options.ts";
import type { LangsmithOptions } from "./options.ts";
import { RunIngest } from "./run-ingest.ts";
import type { Operation } from "./run-ingest.ts";

interface Connection {
  readonly options: LangsmithOptions;
  readonly sender: HttpSender;
  readonly ingest: RunIngest;
}

/**
 * Sends runs, tool calls and LLM calls to LangSmith, those that take a while at their start and again at their end.
 * Configured by environment variables alone.
 */
export class LangsmithExporter extends SpanTelemetryExporter {
  readonly #addresses = new Addresses();
  /** Spans that were shown at their start: whether LangSmith has taken them. */
  readonly #shown = new WeakMap<SpanPlace, Promise<boolean>>();
  readonly #stop = new AbortController();
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
    try {
      const sender = new HttpSender({
        url: new URL(`${options.apiUrl}/runs/multipart`),
        credential: {
          header: "x-api-key",
          key: options.apiKey,
          advice: "Does it belong to the region of LANGSMITH_ENDPOINT, and does it need LANGSMITH_WORKSPACE_ID?",
        },
        envelope: { open: "", separator: "", close: "" },
        maxRequestBytes: LIMITS.maxRequestBytes,
        requestTimeoutMs: LIMITS.timeoutMs,
        mask: (text) => info.mask(text),
        reporter: this.reporter,
      });
      this.#connection = { options, sender, ingest: new RunIngest(options, sender) };
    } catch (error) {
      if (!TelemetryError.is(error)) throw error;
      this.disable(error.message);
    }
  }

  protected override async announce(spans: readonly OpenedSpan[]): Promise<void> {
    if (this.#connection === undefined) return;
    const { options, ingest } = this.#connection;
    const sampled = spans.filter((span) => isSampled(runUuid(span.runId), options.samplingRate));
    let before: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < sampled.length; from += LIMITS.batchSize) {
      const batch = sampled.slice(from, from + LIMITS.batchSize);
      const sent = before.then(() => this.#show(batch, options.project, ingest));
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
    const { options, ingest } = this.#connection;
    const sampled = spans.filter((span) => isSampled(runUuid(span.runId), options.samplingRate));
    const operations = await Promise.all(sampled.map((span) => this.#operationOf(span, options)));
    const sent = sampled.length === 0 ? [] : await ingest.send(operations, signal);
    if (sent.includes("too_large"))
      this.warn(
        "a run is larger than LangSmith takes, and is dropped. Such a run stays in progress there if it was shown.",
      );
    const outcomes = new Map(sampled.map((span, index) => [span, sent[index]]));
    return spans.map((span) => outcomes.get(span) ?? "sampled");
  }

  protected override async release(): Promise<void> {
    this.#stop.abort();
    await this.#connection?.sender.close();
  }

  async #show(spans: readonly OpenedSpan[], project: string, ingest: RunIngest): Promise<Outcome[]> {
    const operations = spans.map((span): Operation => ({
      kind: "post",
      run: encodeStart(span, this.#addresses.of(span), project),
    }));
    try {
      return await ingest.send(operations, this.#stop.signal);
    } catch (error) {
      this.fail(error);
      return [];
    }
  }

  /** The end of a run that was shown at its start, else all of it. */
  async #operationOf(whole: FinishedSpan, { project, hideInputs }: LangsmithOptions): Promise<Operation> {
    // The client hides inputs alone; that of an action is in an event.
    const span = hideInputs ? withoutActionInputs(whole) : whole;
    const address = this.#addresses.of(span);
    return (await this.#shown.get(span.place))
      ? { kind: "patch", run: encodeEnd(span, address, project) }
      : { kind: "post", run: encodeWhole(span, address, project) };
  }
}

function withoutActionInputs(span: FinishedSpan): FinishedSpan {
  return { ...span, actions: span.actions.map((action) => ({ ...action, toolInput: "" })) };
}
