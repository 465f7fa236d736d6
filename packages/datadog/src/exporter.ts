import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { encodeSpan, isTooOld } from "./encode.ts";
import { encodeErrorLog } from "./error.ts";
import { Metrics } from "./metrics.ts";
import { LIMITS, resolveOptions } from "./options.ts";
import type { DatadogOptions } from "./options.ts";
import { DatadogSender } from "./sender.ts";

interface Connection {
  readonly options: DatadogOptions;
  readonly sender: DatadogSender;
  readonly metrics: Metrics | undefined;
}

/**
 * Sends runs, tool calls and LLM calls to Datadog LLM Observability, with metrics of all of them and a log of each error.
 * Configured by environment variables alone.
 */
export class DatadogExporter extends SpanTelemetryExporter {
  #connection: Connection | undefined;

  constructor() {
    super({ batchSize: LIMITS.batchSize, flushIntervalMs: LIMITS.flushIntervalMs });
  }

  protected override connect(info: StartInfo): void {
    const resolved = resolveOptions(process.env, info.agent);
    if ("disabled" in resolved) return this.disable(resolved.disabled);
    const { options } = resolved;
    const sender = new DatadogSender(options, info, this.reporter);
    this.#connection = { options, sender, metrics: sender.metrics && new Metrics(options, sender.metrics) };
  }

  protected override observe(span: FinishedSpan): void {
    if (this.#connection === undefined) return;
    const { options, sender, metrics } = this.#connection;
    metrics?.add(span);
    const log = sender.logs && encodeErrorLog(span, options, Date.now());
    if (log !== undefined) sender.logs?.add(log);
  }

  protected override async send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | Outcome[]> {
    if (this.#connection === undefined) return "disabled";
    const { sender } = this.#connection;
    const now = Date.now();
    const fresh = spans.filter((span) => !isTooOld(span, now));
    if (fresh.length < spans.length)
      this.warn("spans that began more than 24 hours ago are dropped: Datadog takes none.");
    const sent = await sender.send(
      fresh.map((span) => encodeSpan(span, sender.maxSpanBytes)),
      signal,
    );
    const outcomes = new Map(fresh.map((span, index) => [span, sent[index]]));
    return spans.map((span) => outcomes.get(span) ?? "rejected");
  }

  override async flush(signal: AbortSignal): Promise<void> {
    this.#connection?.metrics?.flush();
    await Promise.all([super.flush(signal), this.#connection?.sender.flush(signal)]);
  }

  override async shutdown(signal: AbortSignal): Promise<void> {
    // Gives up open spans first, which are seen by `observe`.
    const spans = super.shutdown(signal);
    this.#connection?.metrics?.endWindow();
    await Promise.all([spans, this.#connection?.sender.shutdown(signal)]);
  }

  protected override release(): Promise<void> | undefined {
    return this.#connection?.sender.close();
  }
}
