import type { LlmMessage } from "@charm/telemetry-core";
import type { FinishedSpan, LlmSpan, RunSpan, ToolSpan } from "@charm/telemetry-core/kit";
import { plain } from "./notation.ts";
import type { Attributes, Value } from "./notation.ts";

/**
 * What a span tells, under the names of Sentry's conventions for AI agents.
 *
 * @see Sentry "AI Agents Module" of the SDK development docs
 */

const MAX_ACTIONS = 50;

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

/** Names, ids and counts. */
export function factsOf(span: FinishedSpan): Attributes {
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

function modelOf({ model, provider, usage, finishReason, timeToFirstTokenMs, streamedText }: LlmSpan): Attributes {
  return {
    "gen_ai.request.model": model,
    "gen_ai.provider.name": provider?.toLowerCase(),
    "gen_ai.response.streaming": streamedText === undefined ? undefined : true,
    // Cut to microseconds: rounded up it could pass the span's end.
    "gen_ai.response.time_to_first_chunk":
      timeToFirstTokenMs === undefined ? undefined : Math.floor(timeToFirstTokenMs * 1000) / 1e6,
    "gen_ai.response.finish_reasons": finishReason === undefined ? undefined : JSON.stringify([finishReason]),
    "gen_ai.usage.input_tokens": usage.inputTokens,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    "gen_ai.usage.total_tokens": usage.totalTokens,
    "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens,
  };
}

/** What people and models have said: the part that can be large. */
export function contentOf(span: FinishedSpan): Attributes {
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

function runContent({ input, output, streamedText }: RunSpan): Attributes {
  const question = input === undefined ? undefined : textOf(input);
  const answer = (output === undefined ? undefined : textOf(output)) ?? streamedText;
  return {
    ...(question === undefined ? {} : { "gen_ai.input.messages": messages([{ role: "user", content: question }]) }),
    ...(answer === undefined ? {} : { "gen_ai.output.messages": messages([{ role: "assistant", content: answer }]) }),
  };
}

function toolContent({ input, output }: ToolSpan): Attributes {
  return {
    ...(input === undefined ? {} : { "gen_ai.tool.call.arguments": input }),
    ...(output === undefined ? {} : { "gen_ai.tool.call.result": output }),
  };
}

function llmContent({ input, output }: LlmSpan): Attributes {
  const answer = typeof output === "string" ? [{ role: "assistant", content: output }] : output;
  return {
    ...(input === undefined ? {} : { "gen_ai.input.messages": messages(input) }),
    ...(answer === undefined ? {} : { "gen_ai.output.messages": messages(answer) }),
  };
}

/** What the agent itself has added: parameters of the model, tags and metadata of the run. */
export function addedOf(span: FinishedSpan): Attributes {
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
