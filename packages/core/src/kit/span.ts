import type { LlmMessage, LlmUsage, RunInfo } from "../events.ts";

/** `run`: a run's own span. `llm`: one call of a model. `tool`: one use of a tool. */
export type SpanKind = "run" | "llm" | "tool";

/** `aborted`: ended by the end of the process, or given up because its end was not seen. */
export type SpanStatus = "ok" | "error" | "aborted";

/** A decision of the agent, at a moment: it has no duration and is no span. */
export interface AgentAction {
  readonly tool: string;
  readonly toolInput: string;
  readonly timeUnixMs: number;
}

/** Where a span is in its run's tree. One object per span: it may be the key of a `WeakMap`. */
export interface SpanPlace {
  /** 16 hex digits. */
  readonly spanId: string;
  /** Absent on the run's own span. */
  readonly parentSpanId: string | undefined;
  /** Milliseconds since 1970, with a fraction. */
  readonly startTimeUnixMs: number;
  /** Absent on the run's own span, and where nothing of the parent was seen. */
  readonly parent: SpanPlace | undefined;
}

interface SpanBase {
  readonly name: string;
  readonly runId: string;
  /** 32 hex digits, the same for all spans of a run. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** 16 hex digits; absent on the run's own span. */
  readonly parentSpanId: string | undefined;
  readonly place: SpanPlace;
  /** Milliseconds since 1970, with a fraction. */
  readonly startTimeUnixMs: number;
  /** Never before the start. */
  readonly endTimeUnixMs: number;
  readonly status: SpanStatus;
  /** Present unless `status` is `ok`; `cause` leads on. */
  readonly error: Error | undefined;
  /** Its start or its end was not seen: times and contents are those of the events that were. */
  readonly isPartial: boolean;
  /** What the agent said of the run when it started; without name and thread when that was not seen. */
  readonly run: RunInfo;
  /** Oldest first. */
  readonly actions: readonly AgentAction[];
  /** The tokens of this span, joined, masked once more and cut to the kit's bound; absent if there were none. */
  readonly streamedText: string | undefined;
  /** Events that were folded into this span: what `settle` is told once its fate is known. */
  readonly eventCount: number;
}

export interface RunSpan extends SpanBase {
  readonly kind: "run";
  readonly input: Readonly<Record<string, unknown>> | undefined;
  readonly output: Readonly<Record<string, unknown>> | undefined;
}

export interface ToolSpan extends SpanBase {
  readonly kind: "tool";
  readonly input: string | undefined;
  readonly output: string | undefined;
  /** The model's id of the call. */
  readonly toolCallId: string | undefined;
}

export interface LlmSpan extends SpanBase {
  readonly kind: "llm";
  readonly model: string | undefined;
  /** The vendor in lower case, such as `openai`. */
  readonly provider: string | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly input: readonly LlmMessage[] | undefined;
  /** What the model answered; the streamed tokens where the end of the call said nothing. */
  readonly output: string | readonly LlmMessage[] | undefined;
  /** `totalTokens` is the sum of the input's and the output's where none was told. */
  readonly usage: LlmUsage;
  readonly finishReason: string | undefined;
  readonly timeToFirstTokenMs: number | undefined;
}

/** A timed step of a run, complete with what went in and came out. Immutable. */
export type FinishedSpan = RunSpan | ToolSpan | LlmSpan;

/** A step that has begun and not ended: its end, status, error and output are of the moment and mean nothing. */
export type OpenedSpan = FinishedSpan;
