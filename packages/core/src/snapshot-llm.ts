import type { LlmMessage, LlmRequest, LlmResponse, LlmUsage } from "./events.ts";
import { snapshotRecord, snapshotText } from "./snapshot.ts";
import type { TruncationCounter } from "./cut-text.ts";
import type { Json } from "./snapshot.ts";

/** What an agent may pass as a message: contents that are not text are rendered as JSON. */
export interface LlmMessageInput {
  readonly role: string;
  readonly content?: unknown;
  readonly toolCalls?:
    | readonly { readonly id?: string | undefined; readonly name: string; readonly arguments?: unknown }[]
    | undefined;
  readonly toolCallId?: string | undefined;
}

/** What `startLlm` takes. */
export interface LlmRequestInput {
  readonly model: string;
  readonly provider?: string | undefined;
  readonly name?: string | undefined;
  readonly messages?: readonly LlmMessageInput[] | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** What `LlmCall.end` takes. */
export interface LlmResponseInput {
  /** Text, messages, or anything else, which is rendered as JSON. */
  readonly output?: unknown;
  readonly usage?: LlmUsage | undefined;
  readonly finishReason?: string | undefined;
  /** Only for models whose tokens were not streamed through `token`: else it is measured. */
  readonly timeToFirstTokenMs?: number | undefined;
}

type Fields = Record<string, Json>;
type ToolCall = NonNullable<LlmMessage["toolCalls"]>[number];

export function snapshotRequest(request: unknown, counter: TruncationCounter): LlmRequest {
  const fields = snapshotRecord(request, counter);
  const prompt = fields["messages"];
  return present<LlmRequest>({
    model: text(fields["model"]) ?? "unknown",
    provider: text(fields["provider"]),
    name: text(fields["name"]),
    // A prompt that is no list of messages is what the user says.
    messages: messages(prompt) ?? (isNothing(prompt) ? undefined : [{ role: "user", content: asText(prompt) }]),
    parameters: isFields(fields["parameters"]) ? fields["parameters"] : undefined,
  });
}

/** @param timeToFirstTokenMs as measured: comes before what the response says. */
export function snapshotResponse(
  response: unknown,
  counter: TruncationCounter,
  timeToFirstTokenMs?: number,
): LlmResponse {
  const fields =
    typeof response === "string" ? { output: snapshotText(response, counter) } : snapshotRecord(response, counter);
  const output = fields["output"];
  return present<LlmResponse>({
    output: messages(output) ?? (isNothing(output) ? undefined : asText(output)),
    usage: usage(fields["usage"]),
    finishReason: text(fields["finishReason"]),
    timeToFirstTokenMs: timeToFirstTokenMs ?? count(fields["timeToFirstTokenMs"]),
  });
}

/** A list of messages, or nothing if `value` is something else. */
function messages(value: Json | undefined): LlmMessage[] | undefined {
  const items = Array.isArray(value) ? (value as readonly Json[]) : isFields(value) ? [value] : undefined;
  if (items === undefined || !items.every((item) => isFields(item) && typeof item["role"] === "string"))
    return undefined;
  return (items as Fields[]).map((item) =>
    present<LlmMessage>({
      role: item["role"] as string,
      content: isNothing(item["content"]) ? "" : asText(item["content"]),
      toolCalls: toolCalls(item["toolCalls"] ?? item["tool_calls"]),
      toolCallId: text(item["toolCallId"] ?? item["tool_call_id"]),
    }),
  );
}

/** Ours, and the form of OpenAI's API (`{ id, function: { name, arguments } }`), which many agents keep their history in. */
function toolCalls(value: Json | undefined): ToolCall[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return (value as readonly Json[]).filter(isFields).map((call) => {
    const called = isFields(call["function"]) ? call["function"] : call;
    return present<ToolCall>({
      id: text(call["id"]),
      name: text(called["name"]) ?? "unknown",
      arguments: isNothing(called["arguments"]) ? "" : asText(called["arguments"]),
    });
  });
}

function usage(value: Json | undefined): LlmUsage | undefined {
  if (!isFields(value)) return undefined;
  return present<LlmUsage>({
    inputTokens: count(value["inputTokens"]),
    outputTokens: count(value["outputTokens"]),
    totalTokens: count(value["totalTokens"]),
    cachedInputTokens: count(value["cachedInputTokens"]),
    reasoningTokens: count(value["reasoningTokens"]),
  });
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNothing(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function count(value: Json | undefined): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Without the keys that have no value: absent and undefined are not the same to exporters that spread. */
function present<Result extends object>(fields: { [Key in keyof Result]: Result[Key] | undefined }): Result {
  const copy: Partial<Record<keyof Result, unknown>> = {};
  for (const key in fields) if (fields[key] !== undefined) copy[key] = fields[key];
  return copy as Result;
}
