import type { EventContext, LlmRequest, LlmResponse, LlmUsage } from "../events.ts";
import type { TelemetryHealth } from "../health.ts";
import { errorRecord } from "../error-record.ts";
import type { Json } from "../snapshot.ts";
import { REPORT } from "./emitter.ts";
import type { CharmEmitter } from "./emitter.ts";
import { escapeText, fieldsLine, fitText, MAX_ATOMIC_BYTES, toAscii, toAsciiJson } from "./protocol.ts";

/** What a line shows: the hook in upstream's spelling, without `on_`. */
type Shown =
  | "run_start"
  | "run_end"
  | "error"
  | "tool_start"
  | "tool_end"
  | "tool_error"
  | "llm_new_token"
  | "agent_action"
  | "llm_start"
  | "llm_end"
  | "llm_error";

// Names leave room for the content, whatever they are made of.
const MAX_RUN_ID_CHARACTERS = 256;
const MAX_NAME_CHARACTERS = 100;

/**
 * What mode `full` adds for programs that follow a run.
 *
 * Every line that shows an event gets `event`, `run_id`, `span_id`, `parent_span_id`, `seq`, `ts` (milliseconds since
 * 1970, with a fraction), and where it is known `tool` and `tool_call_id`. Several lines may show one event: they have
 * its `seq`. Lines of type `telemetry` carry what upstream does not print; values that do not fit into 4096 bytes become
 * the beginning of their text and are named in `cut`.
 */
export class FullLines {
  readonly #emitter: CharmEmitter;
  #idsOf: EventContext | undefined;
  #ids = "";

  constructor(emitter: CharmEmitter) {
    this.#emitter = emitter;
  }

  /** The fields that say which event a line shows, as JSON with a comma before each. */
  fragment(event: Shown, context: EventContext, tool?: string): string {
    const time = Math.round(context.timeUnixMs * 1000) / 1000;
    const fields = `,"event":"${event}"${this.#idsOfSpan(context)},"seq":${context.sequence},"ts":${time}`;
    return tool === undefined ? fields : `${fields},"tool":${this.#name(tool)}`;
  }

  runStart(inputs: Record<string, unknown>, context: EventContext): void {
    const { name, threadId, tags, metadata } = context.run ?? {};
    this.#telemetry("run_start", context, {
      ...(name === undefined ? {} : { name }),
      ...(threadId === undefined ? {} : { thread_id: threadId }),
      ...(tags === undefined || tags.length === 0 ? {} : { tags }),
      ...(metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }),
      inputs,
    });
  }

  runEnd(outputs: Record<string, unknown>, context: EventContext): void {
    this.#telemetry("run_end", context, { outputs });
  }

  runError(error: Error, context: EventContext): void {
    this.#telemetry("error", context, errorFields(error));
  }

  llmStart({ model, provider, name, messages, parameters }: LlmRequest, context: EventContext): void {
    this.#telemetry("llm_start", context, { model, provider, name, parameters, messages });
  }

  llmEnd({ output, usage, finishReason, timeToFirstTokenMs }: LlmResponse, context: EventContext): void {
    this.#telemetry("llm_end", context, {
      usage: usage === undefined ? undefined : usageFields(usage),
      finish_reason: finishReason,
      time_to_first_token_ms: timeToFirstTokenMs,
      output,
    });
  }

  llmError(error: Error, context: EventContext): void {
    this.#telemetry("llm_error", context, errorFields(error));
  }

  report(health: TelemetryHealth): void {
    const fields = { event: "report", ts: Date.now(), health: this.#emitter.maskValue(health) as unknown as Json };
    this.#emitter.emitFields("telemetry", fields, "", REPORT);
  }

  #telemetry(event: Shown, context: EventContext, fields: Readonly<Record<string, unknown>>): void {
    const fragment = this.fragment(event, context);
    const masked = this.#emitter.maskValue(fields) as Record<string, Json>;
    const room = MAX_ATOMIC_BYTES - fieldsLine("telemetry", {}, fragment).length - ",".length;
    this.#emitter.emitFields("telemetry", fitFields(masked, room), fragment);
  }

  #idsOfSpan(context: EventContext): string {
    const last = this.#idsOf;
    if (last?.spanId === context.spanId && last.runId === context.runId && last.toolCallId === context.toolCallId)
      return this.#ids;
    const { runId, spanId, parentSpanId, toolCallId } = context;
    this.#idsOf = context;
    this.#ids =
      `,"run_id":${this.#name(runId, MAX_RUN_ID_CHARACTERS)},"span_id":${this.#name(spanId)}` +
      (parentSpanId === undefined ? "" : `,"parent_span_id":${this.#name(parentSpanId)}`) +
      (toolCallId === undefined ? "" : `,"tool_call_id":${this.#name(toolCallId)}`);
    return this.#ids;
  }

  #name(text: string, maxCharacters: number = MAX_NAME_CHARACTERS): string {
    return `"${escapeText(this.#emitter.mask(text).slice(0, maxCharacters))}"`;
  }
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, code, stack } = errorRecord(error);
  return { error_type: name, message, code, stack };
}

function usageFields(usage: LlmUsage): Record<string, number | undefined> {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cached_input_tokens: usage.cachedInputTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
}

/** The fields in at most `bytes` of JSON: what is too long for its share becomes the beginning of its text. */
function fitFields(fields: Readonly<Record<string, unknown>>, bytes: number): Record<string, Json> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined) as [string, Json][];
  const fitted = Object.fromEntries(given);
  const sized = given.map(([key, value]) => ({ key, value, ...jsonWithin(bytes, value) }));
  const total = sized.reduce((sum, { key, size }) => sum + `,"${key}":`.length + size, -",".length);
  if (total <= bytes) return fitted;

  const keys = given.map(([key]) => key);
  let room = bytes - toAsciiJson({ cut: keys }).length - keys.reduce((sum, key) => sum + `,"${key}":""`.length, 0);
  sized.sort((one, other) => one.size - other.size);
  const cut: string[] = [];
  sized.forEach(({ key, value, json, size }, index) => {
    const share = Math.floor(room / (sized.length - index));
    room -= Math.min(size, share);
    if (size <= share) return;
    fitted[key] = fitText(typeof value === "string" ? value : json, share);
    cut.push(key);
  });
  return { ...fitted, cut };
}

/** A value as JSON, and its bytes as ASCII; at least `bytes` + 1 when it takes more than that. */
function jsonWithin(bytes: number, value: Json): { json: string; size: number } {
  const json = JSON.stringify(value);
  // A conversation of a hundred turns is long: it need not be escaped to know that it does not fit.
  return { json, size: json.length > bytes ? json.length : toAscii(json).length };
}
