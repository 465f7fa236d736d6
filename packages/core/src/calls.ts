import { snapshotError } from "./error-record.ts";
import type { TelemetryError } from "./errors.ts";
import { asSpanId } from "./ids.ts";
import { childScope } from "./recorder.ts";
import type { Recorder, SpanScope } from "./recorder.ts";
import { snapshotName, snapshotText, textMemberOf } from "./snapshot.ts";
import { snapshotRequest, snapshotResponse } from "./snapshot-llm.ts";
import type { LlmRequestInput, LlmResponseInput } from "./snapshot-llm.ts";
import { recordToken, Span } from "./span.ts";

export interface ToolOptions {
  /** The model's id of the call: ties the call to the message that asked for it. */
  readonly toolCallId?: string | undefined;
  /** The tool or LLM call that it happens in; the run unless given. */
  readonly parent?: ToolCall | LlmCall | undefined;
}

export interface LlmOptions {
  readonly parent?: ToolCall | LlmCall | undefined;
}

/** Set by `dispatch` only: the id that the caller chose, 16 hex digits. */
export interface SpanOverrides {
  readonly spanId?: string | undefined;
}

/** One use of a tool. */
export class ToolCall extends Span {
  readonly toolName: string;
  readonly toolCallId: string | undefined;
  protected override readonly kind: string = "tool call";
  readonly #recorder: Recorder;

  constructor(
    recorder: Recorder,
    parent: SpanScope,
    toolName: string,
    input: unknown,
    options: ToolOptions & SpanOverrides,
  ) {
    const toolCallId = textMemberOf(options, "toolCallId");
    super(recorder, childScope(parent, asSpanId(textMemberOf(options, "spanId")), toolCallId));
    this.#recorder = recorder;
    this.toolCallId = toolCallId;
    this.toolName = snapshotName(toolName, recorder.counts);
    if (this.open()) recorder.record("onToolStart", this.toolName, snapshotText(input, recorder.counts), this.scope);
  }

  end(output?: unknown): void {
    if (this.finish())
      this.#recorder.record("onToolEnd", this.toolName, snapshotText(output, this.#recorder.counts), this.scope);
  }

  fail(error: unknown): void {
    if (this.finish())
      this.#recorder.record("onToolError", this.toolName, snapshotError(error, this.#recorder.counts), this.scope);
  }

  protected override aborted(error: TelemetryError): void {
    this.fail(error);
  }
}

/** One request to a model. */
export class LlmCall extends Span {
  protected override readonly kind: string = "LLM call";
  readonly #recorder: Recorder;
  readonly #onToken: () => void;
  readonly #startUnixMs: number;
  #firstTokenUnixMs = 0;

  constructor(
    recorder: Recorder,
    parent: SpanScope,
    request: LlmRequestInput,
    onToken: () => void,
    options: SpanOverrides,
  ) {
    super(recorder, childScope(parent, asSpanId(textMemberOf(options, "spanId"))));
    this.#recorder = recorder;
    this.#onToken = onToken;
    this.#startUnixMs = this.open()
      ? recorder.record("onLlmStart", snapshotRequest(request, recorder.counts), undefined, this.scope).timeUnixMs
      : 0;
  }

  token(text: string): void {
    if (!this.goesOn()) return;
    const timeUnixMs = recordToken(this.#recorder, text, this.scope);
    if (timeUnixMs === 0 || this.#firstTokenUnixMs !== 0) return;
    this.#firstTokenUnixMs = timeUnixMs;
    this.#onToken();
  }

  end(response: LlmResponseInput = {}): void {
    if (!this.finish()) return;
    const timeToFirstTokenMs = this.#firstTokenUnixMs === 0 ? undefined : this.#firstTokenUnixMs - this.#startUnixMs;
    const snapshot = snapshotResponse(response, this.#recorder.counts, timeToFirstTokenMs);
    this.#recorder.record("onLlmEnd", snapshot, undefined, this.scope);
  }

  fail(error: unknown): void {
    if (this.finish())
      this.#recorder.record("onLlmError", snapshotError(error, this.#recorder.counts), undefined, this.scope);
  }

  protected override aborted(error: TelemetryError): void {
    this.fail(error);
  }
}
