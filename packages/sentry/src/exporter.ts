import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { EventContext, LlmRequest, LlmResponse, Outcome, Pending, StartInfo } from "@charm/telemetry-core";
import { SpanTelemetryExporter, planRequests } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import type { DynamicSamplingContext, Envelope } from "@sentry/core";
import { SPAN_ITEM, encodeSpan, segmentName } from "./encode.ts";
import type { Surroundings } from "./encode.ts";
import { EnvelopeSender } from "./envelope-sender.ts";
import { errorEventOf } from "./error-event.ts";
import type { EventSurroundings } from "./error-event.ts";
import { DEFAULTS, resolveOptions } from "./options.ts";
import type { SentryOptions } from "./options.ts";
import { RunTrails } from "./run-trails.ts";
import type { Breadcrumb } from "./run-trails.ts";
import { loadSdk } from "./sdk.ts";
import type { Sdk } from "./sdk.ts";

const MAX_ITEM_SPANS = 1000;

interface Connection {
  readonly parts: Sdk;
  readonly options: SentryOptions;
  readonly surroundings: EventSurroundings;
  readonly sender: EnvelopeSender;
}

/**
 * Sends runs, tool calls and LLM calls to Sentry as spans, and their errors as events. Configured by environment
 * variables alone. It has no client and no scope: an agent's own Sentry in the same process neither sees nor changes it.
 */
export class SentryExporter extends SpanTelemetryExporter {
  readonly #trails = new RunTrails();
  #connection: Connection | undefined;

  constructor() {
    super({ batchSize: DEFAULTS.batchSize, flushIntervalMs: DEFAULTS.flushIntervalMs });
  }

  protected override async connect(info: StartInfo): Promise<void> {
    const resolved = resolveOptions(process.env, info.agent);
    if ("disabled" in resolved) return this.disable(resolved.disabled);
    const { options } = resolved;
    const parts = await loadSdk();
    const sdk = { name: "sentry.javascript.node", version: parts.SDK_VERSION };
    this.#connection = {
      parts,
      options,
      surroundings: {
        ...options,
        agentName: info.agent.name,
        sdk,
        nodeVersion: info.runtime.version,
      },
      sender: new EnvelopeSender({
        dsn: options.dsn,
        parts,
        sdk,
        proxy: options.proxy,
        timeoutMs: options.timeoutMs,
        mask: (text) => info.mask(text),
        reporter: this.reporter,
      }),
    };
  }

  override onRunStart(runId: string, inputs: Record<string, unknown>, context: EventContext): Pending {
    this.#trails.add(context, "agent.run", "run start");
    return super.onRunStart(runId, inputs, context);
  }

  override onRunEnd(runId: string, outputs: Record<string, unknown>, context: EventContext): Pending {
    this.#trails.end(context);
    return super.onRunEnd(runId, outputs, context);
  }

  override onError(runId: string, error: Error, context: EventContext): Pending {
    this.#trails.fail(context, "agent.run", "run error", error);
    this.#trails.end(context);
    return super.onError(runId, error, context);
  }

  override onToolStart(toolName: string, input: string, context: EventContext): Pending {
    this.#trails.add(context, "agent.tool", `tool start: ${toolName}`, { tool: toolName });
    return super.onToolStart(toolName, input, context);
  }

  override onToolEnd(toolName: string, output: string, context: EventContext): Pending {
    this.#trails.add(context, "agent.tool", `tool end: ${toolName}`, { tool: toolName });
    return super.onToolEnd(toolName, output, context);
  }

  override onToolError(toolName: string, error: Error, context: EventContext): Pending {
    this.#trails.fail(context, "agent.tool", `tool error: ${toolName}`, error);
    return super.onToolError(toolName, error, context);
  }

  override onAgentAction(tool: string, toolInput: string, context: EventContext): Pending {
    this.#trails.add(context, "agent.action", `agent action: ${tool}`, { tool, tool_input: toolInput });
    return super.onAgentAction(tool, toolInput, context);
  }

  override onLlmStart(request: LlmRequest, context: EventContext): Pending {
    this.#trails.add(context, "agent.llm", `llm start: ${request.model}`, { model: request.model });
    return super.onLlmStart(request, context);
  }

  override onLlmEnd(response: LlmResponse, context: EventContext): Pending {
    this.#trails.add(context, "agent.llm", "llm end");
    return super.onLlmEnd(response, context);
  }

  override onLlmError(error: Error, context: EventContext): Pending {
    // Models are often asked again: if it matters, a tool or the run fails with it.
    this.#trails.fail(context, "agent.llm", "llm error", error, false);
    return super.onLlmError(error, context);
  }

  /** What became of each span, and of its error: `delivered` only if Sentry has taken whatever was made of it. */
  protected override async send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | Outcome[]> {
    const connection = this.#connection;
    if (connection === undefined) return "disabled";
    // Each trace is a request of its own, and each request listens to it.
    setMaxListeners(0, signal);
    const outcomes = new Map<FinishedSpan, Outcome>();
    const traces = new Map<string, FinishedSpan[]>();
    for (const span of spans) {
      outcomes.set(span, "sampled");
      if (sampleOf(span.traceId) >= connection.options.tracesSampleRate) continue;
      const trace = traces.get(span.traceId);
      if (trace === undefined) traces.set(span.traceId, [span]);
      else trace.push(span);
    }
    const errors = spans.map(async (span) => [span, await this.#sendError(span, connection, signal)] as const);
    await Promise.all([...traces.values()].map((trace) => this.#sendTrace(trace, outcomes, connection, signal)));
    for (const [span, outcome] of await Promise.all(errors)) {
      const ofSpan = outcomes.get(span);
      if (outcome !== undefined && (ofSpan === "delivered" || ofSpan === "sampled")) outcomes.set(span, outcome);
    }
    return spans.map((span) => outcomes.get(span) ?? "failed");
  }

  async #sendTrace(
    spans: readonly FinishedSpan[],
    outcomes: Map<FinishedSpan, Outcome>,
    { options, surroundings, sender }: Connection,
    signal: AbortSignal,
  ): Promise<void> {
    const [first] = spans;
    if (first === undefined) return;
    const segmentId = this.#trails.segmentOf(first.runId) ?? first.parentSpanId ?? first.spanId;
    const maxSpanBytes = options.maxItemBytes - Buffer.byteLength(SPAN_ITEM.open + SPAN_ITEM.close);
    const items = spans.map((span) => encodeSpan(span, segmentId, surroundings, maxSpanBytes));
    const deliver = async (from: number, to: number): Promise<void> => {
      const outcome = await sender.send(spanEnvelope(items.slice(from, to), first, options, surroundings), signal);
      if (outcome === "too_large" && to - from > 1) {
        const middle = (from + to) >> 1;
        await deliver(from, middle);
        await deliver(middle, to);
      } else for (const span of spans.slice(from, to)) outcomes.set(span, outcome);
    };
    const limits = { maxRequestBytes: options.maxItemBytes, maxRequestItems: MAX_ITEM_SPANS };
    for (const span of spans) outcomes.set(span, "too_large");
    for (const { from, to } of planRequests(items, SPAN_ITEM, limits)) await deliver(from, to);
  }

  /** Nothing where there is no error to report. */
  async #sendError(
    span: FinishedSpan,
    { parts, options, surroundings, sender }: Connection,
    signal: AbortSignal,
  ): Promise<Outcome | undefined> {
    const { error } = span;
    const breadcrumbs: readonly Breadcrumb[] | undefined = error && this.#trails.reportOf(error);
    if (error === undefined || breadcrumbs === undefined) return undefined;
    const event = errorEventOf(span, error, breadcrumbs, surroundings, parts);
    // Without a client it takes its own defaults.
    if (options.sourceLines) await parts.contextLinesIntegration().processEvent?.(event, {}, undefined as never);
    const header = { event_id: event.event_id, ...headerOf(span, options, surroundings) };
    return sender.send([header, [[{ type: "event" }, event]]], signal);
  }
}

/** A number from 0 up to 1 that is the same for all spans of a run, whenever they are sent. */
function sampleOf(traceId: string): number {
  return createHash("sha256").update(traceId).digest().readUIntBE(0, 6) / 2 ** 48;
}

function spanEnvelope(
  items: readonly string[],
  span: FinishedSpan,
  options: SentryOptions,
  surroundings: EventSurroundings,
): Envelope {
  const header = {
    type: "span",
    item_count: items.length,
    content_type: "application/vnd.sentry.items.span.v2+json",
  } as const;
  const payload = SPAN_ITEM.open + items.join(SPAN_ITEM.separator) + SPAN_ITEM.close;
  // Text goes out as it is. The SDK's types want objects, which it would only turn into the same text.
  return [headerOf(span, options, surroundings), [[header, payload as never]]];
}

function headerOf(
  span: FinishedSpan,
  { dsn, environment, release, tracesSampleRate }: SentryOptions,
  surroundings: EventSurroundings,
): { sent_at: string; sdk: Surroundings["sdk"]; trace: DynamicSamplingContext } {
  const rand = sampleOf(span.traceId);
  return {
    sent_at: new Date().toISOString(),
    sdk: surroundings.sdk,
    trace: {
      trace_id: span.traceId,
      public_key: dsn.publicKey.reveal(),
      environment,
      ...(release === undefined ? {} : { release }),
      transaction: segmentName(span, surroundings),
      sampled: rand < tracesSampleRate ? "true" : "false",
      sample_rand: String(rand),
      sample_rate: String(tracesSampleRate),
    },
  };
}
