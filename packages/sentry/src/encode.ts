import type { LlmMessage } from "@charm/telemetry-core";
import type { Envelope, FinishedSpan, LlmSpan, RunSpan, ToolSpan } from "@charm/telemetry-core/kit";

/**
 * Finished spans in the form of Sentry's span protocol, version 2, with the names of its conventions for AI agents.
 *
 * @see Sentry "Span Protocol" and "AI Agents Module" of the SDK development docs
 */

const REMOVED = "[removed: the span was larger than Sentry takes]";
const MAX_ACTIONS = 50;

const OPERATIONS = { run: "invoke_agent", llm: "chat", tool: "execute_tool" } as const;

/** Parameters of models that have a name of their own at Sentry. */
const PARAMETERS: Readonly<Record<string, string>> = {
  max_completion_tokens: "max_tokens",
  max_output_tokens: "max_tokens",
  maxOutputTokens: "max_tokens",
  maxTokens: "max_tokens",
  topP: "top_p",
  topK: "top_k",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  stop: "stop_sequences",
  stopSequences: "stop_sequences",
};

type Value = string | number | boolean | readonly string[];

interface Attribute {
  readonly value: Value;
  readonly type: "string" | "integer" | "double" | "boolean" | "array";
}

/** What is the same on every span of a process. */
export interface Surroundings {
  readonly environment: string;
  readonly release: string | undefined;
  readonly agentName: string;
  readonly sdk: { readonly name: string; readonly version: string };
  readonly tracesSampleRate: number;
}

/** What is around the spans of one envelope item. */
export const SPAN_ITEM: Envelope = { open: '{"version":2,"items":[', separator: ",", close: "]}" };

/** What the agent is called where this span ran. */
export function agentNameOf(span: FinishedSpan, { agentName }: Surroundings): string {
  return span.run.name ?? agentName;
}

/** The name of the run's own span. */
export function segmentName(span: FinishedSpan, surroundings: Surroundings): string {
  return `${OPERATIONS.run} ${agentNameOf(span, surroundings)}`;
}

/**
 * One span as JSON text.
 *
 * @param segmentId the run's own span, 16 hex digits.
 * @param maxBytes beyond it contents are replaced by a notice, then what the agent added is left out.
 */
export function encodeSpan(
  span: FinishedSpan,
  segmentId: string,
  surroundings: Surroundings,
  maxBytes: number,
): string {
  const write = (attributes: Record<string, Value | undefined>): string =>
    JSON.stringify(spanOf(span, segmentId, surroundings, attributes));
  const whole = write({ ...contentOf(span), ...addedOf(span), ...errorOf(span) });
  if (fits(whole, maxBytes)) return whole;
  const notices = Object.fromEntries(Object.keys(contentOf(span)).map((key) => [key, REMOVED]));
  const withoutContent = write({ ...notices, ...addedOf(span), ...errorOf(span) });
  if (fits(withoutContent, maxBytes)) return withoutContent;
  const type = errorOf(span)["error.type"];
  return write({ ...notices, "error.type": typeof type === "string" ? type.slice(0, 200) : undefined });
}

/** Seconds since 1970, exact to the microsecond. */
export function seconds(unixMs: number): number {
  return Math.round(unixMs * 1000) / 1e6;
}

function spanOf(
  span: FinishedSpan,
  segmentId: string,
  surroundings: Surroundings,
  more: Record<string, Value | undefined>,
): object {
  const operation = OPERATIONS[span.kind];
  const isSegment = span.parentSpanId === undefined;
  return {
    name: nameOf(span, surroundings),
    span_id: span.spanId,
    trace_id: span.traceId,
    parent_span_id: span.parentSpanId,
    start_timestamp: seconds(span.startTimeUnixMs),
    end_timestamp: seconds(span.endTimeUnixMs),
    is_segment: isSegment,
    status: span.status === "ok" ? "ok" : "error",
    attributes: typed({
      "sentry.status.message":
        span.status === "ok" ? undefined : span.status === "aborted" ? "aborted" : "internal_error",
      "sentry.origin": "manual",
      "sentry.op": `gen_ai.${operation}`,
      "gen_ai.operation.name": operation,
      "gen_ai.agent.name": agentNameOf(span, surroundings),
      ...factsOf(span),
      ...more,
      "sentry.trace_lifecycle": "stream",
      "sentry.segment.name": segmentName(span, surroundings),
      "sentry.segment.id": segmentId,
      "sentry.sdk.name": surroundings.sdk.name,
      "sentry.sdk.version": surroundings.sdk.version,
      "sentry.release": surroundings.release,
      "sentry.environment": surroundings.environment,
      ...(isSegment
        ? { "sentry.segment.name.source": "custom", "sentry.sample_rate": surroundings.tracesSampleRate }
        : {}),
    }),
  };
}

/** Of low cardinality: names alone, never inputs. */
function nameOf(span: FinishedSpan, surroundings: Surroundings): string {
  if (span.kind === "run") return segmentName(span, surroundings);
  return `${OPERATIONS[span.kind]} ${span.kind === "llm" ? (span.model ?? span.name) : span.name}`;
}

function factsOf(span: FinishedSpan): Record<string, Value | undefined> {
  const common = { "gen_ai.conversation.id": span.run.threadId || undefined, "charm.run_id": span.runId };
  switch (span.kind) {
    case "run":
      return common;
    case "tool":
      return { ...common, "gen_ai.tool.name": span.name, "gen_ai.tool.call.id": span.toolCallId };
    case "llm":
      return { ...common, ...modelOf(span) };
  }
}

function modelOf({
  model,
  provider,
  usage,
  finishReason,
  timeToFirstTokenMs,
  streamedText,
}: LlmSpan): Record<string, Value | undefined> {
  const { inputTokens, outputTokens } = usage;
  const sum = inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
  return {
    "gen_ai.request.model": model,
    "gen_ai.provider.name": provider?.toLowerCase(),
    "gen_ai.response.streaming": streamedText === undefined ? undefined : true,
    // Cut to microseconds: rounded up it could pass the span's end.
    "gen_ai.response.time_to_first_chunk":
      timeToFirstTokenMs === undefined ? undefined : Math.floor(timeToFirstTokenMs * 1000) / 1e6,
    "gen_ai.response.finish_reasons": finishReason === undefined ? undefined : JSON.stringify([finishReason]),
    "gen_ai.usage.input_tokens": inputTokens,
    "gen_ai.usage.output_tokens": outputTokens,
    "gen_ai.usage.total_tokens": usage.totalTokens ?? sum,
    "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens,
  };
}

/** What people and models have said: the part that can be large. */
function contentOf(span: FinishedSpan): Record<string, Value | undefined> {
  const content = span.kind === "run" ? runContent(span) : span.kind === "tool" ? toolContent(span) : llmContent(span);
  const { actions } = span;
  return actions.length === 0
    ? content
    : {
        ...content,
        "charm.actions": JSON.stringify(
          actions.slice(0, MAX_ACTIONS).map(({ tool, toolInput }) => ({ tool, tool_input: toolInput })),
        ),
      };
}

function runContent({ input, output, streamedText }: RunSpan): Record<string, Value | undefined> {
  const question = input === undefined ? undefined : textOf(input);
  const answer = (output === undefined ? undefined : textOf(output)) ?? streamedText;
  return {
    ...(question === undefined ? {} : { "gen_ai.input.messages": messages([{ role: "user", content: question }]) }),
    ...(answer === undefined ? {} : { "gen_ai.output.messages": messages([{ role: "assistant", content: answer }]) }),
  };
}

function toolContent({ input, output }: ToolSpan): Record<string, Value | undefined> {
  return {
    ...(input === undefined ? {} : { "gen_ai.tool.call.arguments": input }),
    ...(output === undefined ? {} : { "gen_ai.tool.call.result": output }),
  };
}

function llmContent({ input, output }: LlmSpan): Record<string, Value | undefined> {
  const answer = typeof output === "string" ? [{ role: "assistant", content: output }] : output;
  return {
    ...(input === undefined ? {} : { "gen_ai.input.messages": messages(input) }),
    ...(answer === undefined ? {} : { "gen_ai.output.messages": messages(answer) }),
  };
}

/** What the agent itself has added: parameters of the model, tags and metadata of the run. */
function addedOf(span: FinishedSpan): Record<string, Value | undefined> {
  if (span.kind === "llm")
    return Object.fromEntries(
      Object.entries(span.parameters).map(([key, value]) =>
        key === "tools" || key === "tool_definitions"
          ? ["gen_ai.tool.definitions", typeof value === "string" ? value : JSON.stringify(value)]
          : [`gen_ai.request.${PARAMETERS[key] ?? key}`, parameterOf(PARAMETERS[key] ?? key, value)],
      ),
    );
  if (span.kind === "tool") return {};
  const metadata = Object.entries(span.run.metadata).map(([key, value]) => [`charm.metadata.${key}`, plain(value)]);
  return { "charm.tags": span.run.tags.length === 0 ? undefined : span.run.tags, ...Object.fromEntries(metadata) };
}

function errorOf({ error, status, isPartial }: FinishedSpan): Record<string, Value | undefined> {
  return {
    "error.type": error === undefined ? undefined : status === "aborted" ? "Aborted" : error.name || "Error",
    // An aborted span has no event of its own, nor has a failed call of a model.
    "error.message": error?.message,
    "charm.partial": isPartial ? true : undefined,
  };
}

/** The text of a record that has nothing else; else all of it as JSON. */
function textOf(record: Readonly<Record<string, unknown>>): string | undefined {
  const values = Object.values(record);
  if (values.length === 0) return undefined;
  return values.length === 1 && typeof values[0] === "string" ? values[0] : JSON.stringify(record);
}

function messages(list: readonly LlmMessage[]): string {
  return JSON.stringify(
    list.map(({ role, content, toolCalls = [], toolCallId }) => {
      const calls = toolCalls.map((call) => ({
        type: "tool_call",
        id: call.id,
        name: call.name,
        arguments: call.arguments,
      }));
      const text = { type: "text", content };
      if (toolCallId !== undefined)
        return { role, parts: [{ type: "tool_call_response", id: toolCallId, response: content }] };
      return { role, parts: content === "" && calls.length > 0 ? calls : [text, ...calls] };
    }),
  );
}

function parameterOf(name: string, value: unknown): Value | undefined {
  if (name === "seed") return plain(value)?.toString();
  if (name === "stop_sequences") return (Array.isArray(value) ? value : [value]).map(String);
  return plain(value);
}

/** Sentry drops objects and null without a word. */
function plain(value: unknown): Value | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

function typed(values: Readonly<Record<string, Value | undefined>>): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) attributes[key] = { value, type: typeOf(value) };
  }
  return attributes;
}

function typeOf(value: Value): Attribute["type"] {
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "double";
  if (typeof value === "string" || typeof value === "boolean") return typeof value as "string" | "boolean";
  return "array";
}

function fits(text: string, maxBytes: number): boolean {
  // A UTF-16 unit is at most three bytes: counting is only needed near the limit.
  return text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes;
}
