import { TelemetryError, isAbort } from "../errors.ts";
import type { EventContext, HookName, LlmRequest, LlmResponse, LlmUsage, RunInfo } from "../events.ts";
import { BoundedText } from "./bounded-text.ts";
import { sizeOf } from "./size-of.ts";
import type { AgentAction, FinishedSpan, SpanPlace, SpanStatus } from "./span.ts";

const SPAN_BYTES = 512;

type Start =
  | { readonly kind: "run"; readonly inputs: Readonly<Record<string, unknown>> }
  | { readonly kind: "tool"; readonly name: string; readonly input: string }
  | { readonly kind: "llm"; readonly request: LlmRequest };

type End =
  | { readonly kind: "run"; readonly outputs?: Readonly<Record<string, unknown>>; readonly error?: Error }
  | { readonly kind: "tool"; readonly name: string; readonly output?: string; readonly error?: Error }
  | { readonly kind: "llm"; readonly response?: LlmResponse; readonly error?: Error };

/** What a span needs beyond its own events. */
export interface SpanSurroundings {
  readonly run: RunInfo;
  readonly agentName: string;
  readonly mask: (text: string) => string;
}

/** A span in the making: events are folded in, in whatever order they come. */
export class OpenSpan {
  /** Events folded in so far. */
  eventCount = 0;
  /** When the last of them arrived, on the assembler's clock. */
  lastEventMs = 0;
  readonly isRoot: boolean;
  readonly #place: { -readonly [Key in keyof SpanPlace]: SpanPlace[Key] };
  readonly #context: EventContext;
  readonly #maxTextLength: number;
  readonly #actions: AgentAction[] = [];
  /** Made with the first token: most spans have none. */
  #text: BoundedText | undefined;
  #start: Start | undefined;
  #end: End | undefined;
  #startTimeUnixMs: number | undefined;
  #endTimeUnixMs: number | undefined;
  #firstTimeUnixMs: number;
  #lastTimeUnixMs: number;
  #toolCallId: string | undefined;
  #bytes = SPAN_BYTES;

  constructor(context: EventContext, parent: SpanPlace | undefined, maxTextLength: number) {
    this.#context = context;
    this.#place = {
      spanId: context.spanId,
      parentSpanId: context.parentSpanId,
      startTimeUnixMs: context.timeUnixMs,
      parent,
    };
    this.#maxTextLength = maxTextLength;
    this.#firstTimeUnixMs = context.timeUnixMs;
    this.#lastTimeUnixMs = context.timeUnixMs;
    this.isRoot = context.parentSpanId === undefined;
  }

  get spanId(): string {
    return this.#context.spanId;
  }

  get place(): SpanPlace {
    return this.#place;
  }

  get hasStart(): boolean {
    return this.#start !== undefined;
  }

  get hasEnd(): boolean {
    return this.#end !== undefined;
  }

  /** Roughly the memory that it holds. */
  get bytes(): number {
    return this.#bytes + (this.#text?.length ?? 0);
  }

  /** Folds one event in. Of two starts or two ends the first counts. */
  add(hook: HookName, first: unknown, second: unknown, context: EventContext, nowMs: number): void {
    this.eventCount++;
    this.lastEventMs = nowMs;
    if (context.timeUnixMs < this.#firstTimeUnixMs) this.#firstTimeUnixMs = context.timeUnixMs;
    if (context.timeUnixMs > this.#lastTimeUnixMs) this.#lastTimeUnixMs = context.timeUnixMs;
    if (hook === "onLlmNewToken") return this.#addToken(first as string);
    this.#toolCallId ??= context.toolCallId;
    this.#bytes += sizeOf(first) + sizeOf(second);
    switch (hook) {
      case "onRunStart":
        return this.#open({ kind: "run", inputs: second as Record<string, unknown> }, context);
      case "onToolStart":
        return this.#open({ kind: "tool", name: first as string, input: second as string }, context);
      case "onLlmStart":
        return this.#open({ kind: "llm", request: first as LlmRequest }, context);
      case "onRunEnd":
        return this.#close({ kind: "run", outputs: second as Record<string, unknown> }, context);
      case "onError":
        return this.#close({ kind: "run", error: second as Error }, context);
      case "onToolEnd":
        return this.#close({ kind: "tool", name: first as string, output: second as string }, context);
      case "onToolError":
        return this.#close({ kind: "tool", name: first as string, error: second as Error }, context);
      case "onLlmEnd":
        return this.#close({ kind: "llm", response: first as LlmResponse }, context);
      case "onLlmError":
        return this.#close({ kind: "llm", error: first as Error }, context);
      case "onAgentAction":
        this.#actions.push({
          tool: first as string,
          toolInput: second as string,
          timeUnixMs: context.timeUnixMs,
        });
    }
  }

  /**
   * The span as it is now.
   *
   * @param unfinished why it is given up, if it is.
   */
  finish({ run, agentName, mask }: SpanSurroundings, unfinished = "it was asked for"): FinishedSpan {
    const start = this.#start;
    const end = this.#end;
    const startTimeUnixMs = this.#startTimeUnixMs ?? this.#firstTimeUnixMs;
    const error = end === undefined ? new TelemetryError("ABORTED", `Its end was not seen: ${unfinished}.`) : end.error;
    const streamedText = this.#text?.toText(mask);
    const base = {
      runId: this.#context.runId,
      traceId: this.#context.traceId,
      spanId: this.#context.spanId,
      parentSpanId: this.#context.parentSpanId,
      place: this.#place,
      startTimeUnixMs,
      endTimeUnixMs: Math.max(startTimeUnixMs, this.#endTimeUnixMs ?? this.#lastTimeUnixMs),
      status: statusOf(error),
      error,
      isPartial: start === undefined || end === undefined,
      run,
      actions: this.#actions,
      streamedText,
      eventCount: this.eventCount,
    };
    // What is common comes last: V8 takes a hundred times as long to add fields to an object that begins with a spread.
    switch (start?.kind ?? end?.kind ?? (this.isRoot ? "run" : "llm")) {
      case "run":
        return {
          kind: "run",
          name: run.name ?? agentName,
          input: start?.kind === "run" ? start.inputs : undefined,
          output: end?.kind === "run" ? end.outputs : undefined,
          ...base,
        };
      case "tool":
        return {
          kind: "tool",
          name: start?.kind === "tool" ? start.name : end?.kind === "tool" ? end.name : "tool",
          input: start?.kind === "tool" ? start.input : undefined,
          output: end?.kind === "tool" ? end.output : undefined,
          toolCallId: this.#toolCallId,
          ...base,
        };
      case "llm": {
        const request = start?.kind === "llm" ? start.request : undefined;
        const response = end?.kind === "llm" ? end.response : undefined;
        return {
          kind: "llm",
          name: request?.name ?? request?.model ?? "llm",
          model: request?.model,
          provider: request?.provider,
          parameters: request?.parameters ?? {},
          input: request?.messages,
          output: response?.output ?? streamedText,
          usage: withTotal(response?.usage ?? {}),
          finishReason: response?.finishReason,
          timeToFirstTokenMs: response?.timeToFirstTokenMs,
          ...base,
        };
      }
    }
  }

  #addToken(token: string): void {
    if (token === "") return;
    this.#text ??= new BoundedText(this.#maxTextLength);
    this.#text.add(token);
  }

  #open(start: Start, context: EventContext): void {
    this.#start ??= start;
    this.#startTimeUnixMs ??= context.timeUnixMs;
    this.#place.startTimeUnixMs = this.#startTimeUnixMs;
  }

  #close(end: End, context: EventContext): void {
    this.#end ??= end;
    this.#endTimeUnixMs ??= context.timeUnixMs;
  }
}

function withTotal(usage: LlmUsage): LlmUsage {
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (totalTokens !== undefined || inputTokens === undefined || outputTokens === undefined) return usage;
  return { ...usage, totalTokens: inputTokens + outputTokens };
}

function statusOf(error: Error | undefined): SpanStatus {
  if (error === undefined) return "ok";
  return isAbort(error) ? "aborted" : "error";
}
