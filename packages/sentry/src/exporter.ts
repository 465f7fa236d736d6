import { setMaxListeners } from "node:events";
import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { isSampled } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { encodeSpan, traceOf } from "./encode.ts";
import { encodeErrorEvent } from "./error.ts";
import { LIMITS, resolveOptions } from "./options.ts";
import type { SentryOptions } from "./options.ts";
import { loadSdk } from "./sdk.ts";
import type { SdkParts } from "./sdk.ts";
import { SentrySender } from "./sender.ts";
import { surroundingsOf } from "./surroundings.ts";
import type { Surroundings } from "./surroundings.ts";
import { TrailExporter } from "./trail-exporter.ts";

interface Connection {
  readonly options: SentryOptions;
  readonly sender: SentrySender;
  readonly parts: SdkParts;
  readonly surroundings: Surroundings;
}

/**
 * Sends runs, tool calls and LLM calls to Sentry as spans, and their errors as events. Configured by environment
 * variables alone. It has no client and no scope: an agent's own Sentry in the same process neither sees nor changes it.
 */
export class SentryExporter extends TrailExporter {
  #connection: Connection | undefined;

  constructor() {
    super({ batchSize: LIMITS.batchSize, flushIntervalMs: LIMITS.flushIntervalMs });
  }

  protected override async connect(info: StartInfo): Promise<void> {
    const resolved = resolveOptions(process.env, info.agent);
    if ("disabled" in resolved) return this.disable(resolved.disabled);
    const { options } = resolved;
    const parts = await loadSdk();
    const sender = new SentrySender(options, parts, info, this.reporter);
    this.#connection = { options, sender, parts, surroundings: surroundingsOf(options, info, parts.identity) };
  }

  /** What became of each span, and of its error: `delivered` only if Sentry has taken whatever was made of it. */
  protected override async send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | Outcome[]> {
    const connection = this.#connection;
    if (connection === undefined) return "disabled";
    // Each trace is a request of its own, and each request listens to it.
    setMaxListeners(0, signal);
    const sampled = spans.filter((span) => isSampled(span.traceId, connection.options.tracesSampleRate));
    const [ofErrors, ofTraces] = await Promise.all([
      Promise.all(spans.map((span) => this.#sendError(span, connection, signal))),
      Promise.all(tracesOf(sampled).map((trace) => this.#sendTrace(trace, connection, signal))),
    ]);
    const outcomes = new Map(ofTraces.flat());
    return spans.map((span, index) => {
      const outcome = outcomes.get(span) ?? "sampled";
      return outcome === "delivered" || outcome === "sampled" ? (ofErrors[index] ?? outcome) : outcome;
    });
  }

  async #sendTrace(
    spans: readonly FinishedSpan[],
    { sender, surroundings }: Connection,
    signal: AbortSignal,
  ): Promise<[FinishedSpan, Outcome][]> {
    const [first] = spans;
    if (first === undefined) return [];
    const segmentId = this.trails.segmentOf(first.runId) ?? first.parentSpanId ?? first.spanId;
    const encoded = spans.map((span) => encodeSpan(span, segmentId, surroundings, sender.maxSpanBytes));
    const outcomes = await sender.send(encoded, traceOf(first, surroundings), signal);
    return spans.map((span, index) => [span, outcomes[index] ?? "failed"]);
  }

  /** Nothing where there is no error to report. */
  async #sendError(
    span: FinishedSpan,
    { options, sender, parts, surroundings }: Connection,
    signal: AbortSignal,
  ): Promise<Outcome | undefined> {
    const { error } = span;
    const breadcrumbs = error && this.trails.reportOf(error);
    if (error === undefined || breadcrumbs === undefined) return undefined;
    const event = encodeErrorEvent(span, error, breadcrumbs, surroundings, parts);
    // Without a client it takes its own defaults.
    if (options.sourceLines) await parts.contextLinesIntegration().processEvent?.(event, {}, undefined as never);
    return sender.sendError(event, traceOf(span, surroundings), signal);
  }
}

function tracesOf(spans: readonly FinishedSpan[]): FinishedSpan[][] {
  const traces = new Map<string, FinishedSpan[]>();
  for (const span of spans) {
    const trace = traces.get(span.traceId);
    if (trace === undefined) traces.set(span.traceId, [span]);
    else trace.push(span);
  }
  return [...traces.values()];
}
