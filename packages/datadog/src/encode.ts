import type { LlmMessage } from "@charm/telemetry-core";
import { fits } from "@charm/telemetry-core/kit";
import type { Envelope, FinishedSpan, LlmSpan } from "@charm/telemetry-core/kit";
import { errorOf, shortened, typeOf } from "./error.ts";
import type { SpanError } from "./error.ts";
import { decimal, nanoseconds, tagOf } from "./notation.ts";

/**
 * Finished spans in the form of Datadog's public API for LLM Observability.
 *
 * @see Datadog "LLM Observability HTTP API" reference
 */

const DAY_MS = 24 * 60 * 60 * 1000;
// A span that is sent just in time may arrive too late.
const WINDOW_MS = DAY_MS - 2 * 60 * 1000;
const MAX_ACTIONS = 50;
const REMOVED = "[removed: the span was larger than Datadog takes]";
const KINDS = { run: "agent", tool: "tool", llm: "llm" } as const;

type Flat = Record<string, string | number | boolean>;

interface Io {
  readonly value?: string;
  readonly messages?: readonly Record<string, unknown>[];
}

/** What is undefined is left out of the JSON. */
interface Meta {
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  readonly model_name: string | undefined;
  readonly model_provider: string | undefined;
  readonly error: SpanError | undefined;
  readonly input: Io | undefined;
  readonly output: Io | undefined;
  readonly metadata: Flat | undefined;
}

/** What is around the spans of one request. */
export function envelopeOf({ mlApp, tags }: { readonly mlApp: string; readonly tags: readonly string[] }): Envelope {
  const attributes = `"ml_app":${JSON.stringify(mlApp)},"tags":${JSON.stringify(tags)}`;
  return { open: `{"data":{"type":"span","attributes":{${attributes},"spans":[`, separator: ",", close: "]}}}" };
}

/** Datadog takes no spans that are older than 24 hours. */
export function isTooOld(span: FinishedSpan, nowUnixMs: number): boolean {
  return span.startTimeUnixMs < nowUnixMs - WINDOW_MS;
}

/**
 * One span as JSON text.
 *
 * @param maxBytes beyond it inputs and outputs are replaced by a notice, then metadata is left out; tagged `dropped_io:1`.
 */
export function encodeSpan(span: FinishedSpan, maxBytes: number): string {
  const whole = write(span, metaOf(span, inputOf(span), outputOf(span)), []);
  if (fits(whole, maxBytes)) return whole;
  const notice = { value: REMOVED };
  const meta = metaOf(span, notice, notice);
  const withoutIo = write(span, meta, ["dropped_io:1"]);
  if (fits(withoutIo, maxBytes)) return withoutIo;
  return write(span, { ...meta, metadata: undefined, error: shortened(meta.error) }, [
    "dropped_io:1",
    "dropped_metadata:1",
  ]);
}

function write(span: FinishedSpan, meta: Meta, marks: readonly string[]): string {
  const rest = {
    status: span.status === "ok" ? "ok" : "error",
    session_id: span.run.threadId || undefined,
    meta,
    metrics: span.kind === "llm" ? unlessEmpty(metricsOf(span)) : undefined,
    tags: [...tagsOf(span), ...marks],
  };
  const ids = {
    name: span.name === "" ? span.kind : span.name,
    span_id: decimal(span.spanId),
    trace_id: span.traceId,
    parent_id: span.parentSpanId === undefined ? "undefined" : decimal(span.parentSpanId),
  };
  const duration = Math.round((span.endTimeUnixMs - span.startTimeUnixMs) * 1e6);
  const times = `"start_ns":${nanoseconds(span.startTimeUnixMs)},"duration":${duration}`;
  return `${JSON.stringify(ids).slice(0, -1)},${times},${JSON.stringify(rest).slice(1)}`;
}

function metaOf(span: FinishedSpan, input: Io | undefined, output: Io | undefined): Meta {
  const model = span.kind === "llm" ? modelOf(span) : undefined;
  return {
    kind: KINDS[span.kind],
    model_name: model?.model_name,
    model_provider: model?.model_provider,
    error: errorOf(span),
    input,
    output,
    metadata: unlessEmpty(metadataOf(span)),
  };
}

function inputOf(span: FinishedSpan): Io | undefined {
  if (span.kind === "llm") return span.input === undefined ? undefined : { messages: messagesOf(span.input) };
  return valueOf(span.input);
}

function outputOf(span: FinishedSpan): Io | undefined {
  if (span.kind === "tool") return valueOf(span.output);
  if (span.kind === "run") return valueOf(unlessEmpty(span.output) ?? span.streamedText ?? span.output);
  const { output } = span;
  if (output === undefined) return undefined;
  return { messages: typeof output === "string" ? [{ role: "assistant", content: output }] : messagesOf(output) };
}

function unlessEmpty<Fields extends object>(fields: Fields | undefined): Fields | undefined {
  return fields === undefined || Object.keys(fields).length === 0 ? undefined : fields;
}

function valueOf(value: unknown): Io | undefined {
  if (value === undefined) return undefined;
  return { value: typeof value === "string" ? value : JSON.stringify(value) };
}

function messagesOf(messages: readonly LlmMessage[]): Record<string, unknown>[] {
  const tools = new Map<string, string>();
  return messages.map(({ role, content, toolCalls, toolCallId }) => {
    for (const call of toolCalls ?? []) if (call.id !== undefined) tools.set(call.id, call.name);
    const name = toolCallId === undefined ? undefined : tools.get(toolCallId);
    return {
      role,
      content,
      tool_calls: unlessEmpty(
        toolCalls?.map((call) => ({
          name: call.name,
          arguments: argumentsOf(call.arguments),
          tool_id: call.id,
          type: "function",
        })),
      ),
      tool_results:
        toolCallId === undefined ? undefined : [{ name, result: content, tool_id: toolCallId, type: "function" }],
    };
  });
}

/** The API takes an object; models sometimes write something else. */
function argumentsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // no JSON
  }
  return { value: text };
}

function modelOf({ model, provider }: LlmSpan): { model_name: string; model_provider: string } | undefined {
  // As the vendor's SDK does where the provider is not known.
  return model === undefined ? undefined : { model_name: model, model_provider: provider?.toLowerCase() ?? "custom" };
}

function metadataOf(span: FinishedSpan): Flat {
  const metadata: Flat = {};
  const add = (key: string, value: unknown): void => {
    if (typeof value === "string" || typeof value === "boolean") metadata[key] = value;
    else if (typeof value === "number") metadata[key] = Number.isFinite(value) ? value : String(value);
    else if (value !== undefined && value !== null) metadata[key] = JSON.stringify(value);
  };
  const addAll = (record: Readonly<Record<string, unknown>>): void => {
    for (const [key, value] of Object.entries(record)) add(key, value);
  };
  if (span.kind === "run") {
    addAll(span.run.metadata);
    add("run_id", span.runId);
  }
  if (span.kind === "tool") add("tool_id", span.toolCallId);
  if (span.kind === "llm") {
    addAll(span.parameters);
    // Older revisions of the API know the model here alone.
    addAll(modelOf(span) ?? {});
    add("finish_reason", span.finishReason);
  }
  if (span.actions.length > 0) add("actions", span.actions.length);
  span.actions.slice(0, MAX_ACTIONS).forEach(({ tool, toolInput }, index) => {
    add(`action_${index + 1}_tool`, tool);
    add(`action_${index + 1}_input`, toolInput);
  });
  return metadata;
}

function metricsOf({ usage, timeToFirstTokenMs }: LlmSpan): Record<string, number> {
  const metrics = {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    reasoning_output_tokens: usage.reasoningTokens,
    // Seconds, cut to microseconds: rounded up it could pass the span's end.
    time_to_first_token: timeToFirstTokenMs === undefined ? undefined : Math.floor(timeToFirstTokenMs * 1000) / 1e6,
  };
  return Object.fromEntries(
    Object.entries(metrics).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}

function tagsOf(span: FinishedSpan): string[] {
  const tags = [span.error === undefined ? "error:0" : "error:1"];
  if (span.error !== undefined) tags.push(tagOf(typeOf(span), "error_type") ?? "error_type:Error");
  if (span.status === "aborted") tags.push("aborted:1");
  if (span.isPartial) tags.push("partial:1");
  if (span.kind === "run") tags.push(...span.run.tags.map((tag) => tagOf(tag)).filter((tag) => tag !== undefined));
  return tags;
}
