import type { LlmMessage } from "@charm/telemetry-core";
import type { FinishedSpan, LlmSpan, OpenedSpan } from "@charm/telemetry-core/kit";
import type { RunCreate, RunUpdate } from "langsmith/schemas";
import type { RunAddress } from "./address.ts";
import { errorOf } from "./error.ts";
import { isoMicroseconds, jsonObject, objectOf } from "./notation.ts";
import type { Fields } from "./notation.ts";
import type { LangsmithOptions } from "./options.ts";

/**
 * Spans in the form of LangSmith's runs.
 *
 * @see LangSmith "Run data format" and "Log LLM calls"
 */

type Options = Pick<LangsmithOptions, "project" | "hideInputs">;

const RUN_TYPES = { run: "chain", tool: "tool", llm: "llm" } as const;

/** A span that has begun, to be shown in progress. */
export function encodeStart(span: OpenedSpan, address: RunAddress, { project }: Options): RunCreate {
  return { ...headOf(span, address, project), inputs: inputsOf(span), extra: extraOf(span) };
}

/** A span that LangSmith does not know yet, from its start to its end. */
export function encodeWhole(span: FinishedSpan, address: RunAddress, options: Options): RunCreate {
  return { ...encodeStart(span, address, options), ...endOf(span, options) };
}

/** The end of a span whose start LangSmith has. What is given replaces what is there: inputs are left out. */
export function encodeEnd(span: FinishedSpan, address: RunAddress, options: Options): RunUpdate {
  return { ...headOf(span, address, options.project), ...endOf(span, options), extra: extraOf(span) };
}

function headOf(
  span: FinishedSpan,
  { id, traceId, parentId, dottedOrder, startTime }: RunAddress,
  project: string,
): Omit<RunCreate, "inputs"> {
  return {
    id,
    trace_id: traceId,
    ...(parentId === undefined ? {} : { parent_run_id: parentId }),
    dotted_order: dottedOrder,
    name: span.name === "" ? span.kind : span.name,
    run_type: RUN_TYPES[span.kind],
    start_time: startTime,
    session_name: project,
    ...(span.kind === "run" && span.run.tags.length > 0 ? { tags: [...span.run.tags] } : {}),
  };
}

function endOf(span: FinishedSpan, options: Options): Pick<RunUpdate, "end_time" | "outputs" | "error" | "events"> {
  const outputs = outputsOf(span);
  const error = errorOf(span);
  const events = eventsOf(span, options);
  return {
    end_time: isoMicroseconds(span.endTimeUnixMs),
    ...(outputs === undefined ? {} : { outputs }),
    ...(error === undefined ? {} : { error }),
    ...(events.length === 0 ? {} : { events }),
  };
}

function inputsOf(span: FinishedSpan): Fields {
  if (span.kind === "llm") return span.input === undefined ? {} : { messages: span.input.map(messageOf) };
  if (span.kind === "tool") return span.input === undefined ? {} : objectOf(span.input, "input");
  return { ...span.input };
}

function outputsOf(span: FinishedSpan): Fields | undefined {
  if (span.kind === "tool") return span.output === undefined ? undefined : objectOf(span.output, "output");
  if (span.kind === "llm") return llmOutputsOf(span);
  if (span.output !== undefined && Object.keys(span.output).length > 0) return { ...span.output };
  return span.streamedText === undefined ? span.output && {} : { output: span.streamedText };
}

function llmOutputsOf(span: LlmSpan): Fields | undefined {
  const usage = usageOf(span);
  const usageField = usage === undefined ? {} : { usage_metadata: usage };
  const { output } = span;
  if (output === undefined) return usage && usageField;
  if (typeof output === "string") return { role: "assistant", content: output, ...usageField };
  const messages = output.map(messageOf);
  return messages.length === 1 ? { ...messages[0], ...usageField } : { messages, ...usageField };
}

/** As OpenAI writes messages, which is what LangSmith shows as a conversation. */
function messageOf({ role, content, toolCalls, toolCallId }: LlmMessage): Fields {
  return {
    role,
    content,
    ...(toolCalls === undefined || toolCalls.length === 0
      ? {}
      : {
          tool_calls: toolCalls.map(({ id, name, arguments: text }) => ({
            ...(id === undefined ? {} : { id }),
            type: "function",
            function: { name, arguments: text },
          })),
        }),
    ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
  };
}

function eventsOf(span: FinishedSpan, { hideInputs }: Options): Fields[] {
  const events: Fields[] = span.actions.map(({ tool, toolInput, timeUnixMs }) => ({
    name: "agent_action",
    time: isoMicroseconds(timeUnixMs),
    // The client hides the inputs of runs alone.
    kwargs: { tool, tool_input: hideInputs ? "" : (jsonObject(toolInput) ?? toolInput) },
  }));
  // LangSmith makes the time to the first token of this one event; more would only cost space.
  if (span.kind === "llm" && span.timeToFirstTokenMs !== undefined)
    events.push({ name: "new_token", time: isoMicroseconds(span.startTimeUnixMs + span.timeToFirstTokenMs) });
  return events;
}

function extraOf(span: FinishedSpan): Fields {
  const { run, runId } = span;
  const metadata: Fields = { ...run.metadata };
  if (run.threadId !== undefined) metadata["thread_id"] = run.threadId;
  metadata["charm_run_id"] = runId;
  if (span.status === "aborted") metadata["aborted"] = true;
  if (span.kind === "tool" && span.toolCallId !== undefined) metadata["tool_call_id"] = span.toolCallId;
  if (span.kind !== "llm") return { metadata };
  return {
    metadata: { ...metadata, ...modelOf(span) },
    invocation_params: { ...modelParameter(span), ...span.parameters },
  };
}

function modelParameter({ model }: LlmSpan): Fields {
  return model === undefined ? {} : { model };
}

function modelOf(span: LlmSpan): Fields {
  const { model, provider, parameters, finishReason } = span;
  const first = (...names: string[]): unknown => names.map((name) => parameters[name]).find((value) => value != null);
  const known: Fields = {
    ls_model_type: "chat",
    ls_provider: provider,
    ls_model_name: model,
    ls_temperature: first("temperature"),
    ls_max_tokens: first("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens"),
    ls_stop: first("stop", "stop_sequences", "stopSequences"),
    // Here, too: where outputs are hidden the costs remain.
    usage_metadata: usageOf(span),
    finish_reason: finishReason,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function usageOf({ usage }: LlmSpan): Fields | undefined {
  const { inputTokens, outputTokens, totalTokens, cachedInputTokens, reasoningTokens } = usage;
  const known: Fields = {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: totalTokens,
    input_token_details: cachedInputTokens === undefined ? undefined : { cache_read: cachedInputTokens },
    output_token_details: reasoningTokens === undefined ? undefined : { reasoning: reasoningTokens },
  };
  const entries = Object.entries(known).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
