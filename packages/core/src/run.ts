import { TelemetryError } from "./errors.ts";
import type { RunInfo } from "./events.ts";
import { asSpanId, newSpanId, traceIdOf } from "./ids.ts";
import { childScope } from "./recorder.ts";
import type { OpenSpan, Recorder, SpanScope } from "./recorder.ts";
import { snapshotError } from "./error-record.ts";
import {
  memberOf,
  SNAPSHOT_LIMITS,
  recordOf,
  snapshotName,
  snapshotRecord,
  snapshotText,
  snapshotValue,
  textMemberOf,
} from "./snapshot.ts";
import type { SnapshotLimits } from "./snapshot.ts";
import { snapshotRequest, snapshotResponse } from "./snapshot-llm.ts";
import type { LlmRequestInput, LlmResponseInput } from "./snapshot-llm.ts";

export interface RunOptions {
  /** The run's id: a new UUIDv7 unless given. An id that is still open is replaced. */
  readonly runId?: string | undefined;
  /** What the run is called at vendors: the agent's name unless given. */
  readonly name?: string | undefined;
  /** The conversation that the run belongs to. */
  readonly threadId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

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

/** What a run, a tool call and an LLM call have in common: they end once. */
abstract class Span implements OpenSpan {
  protected readonly scope: SpanScope;
  readonly #recorder: Recorder;
  #isEnded = false;

  constructor(recorder: Recorder, scope: SpanScope) {
    this.#recorder = recorder;
    this.scope = scope;
  }

  /** The scope of `parent` if it belongs to this run, else the run's own: another run's parent would tear the trace apart. */
  protected static scopeIn(run: Span, parent: unknown): SpanScope {
    // Unlike `instanceof`, this runs no code of a proxy's.
    const isSpan = typeof parent === "object" && parent !== null && #isEnded in parent;
    return isSpan && parent.scope.runId === run.scope.runId ? parent.scope : run.scope;
  }

  get spanId(): string {
    return this.scope.spanId;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** False in a run that has ended: the span has then ended before it began, and nothing of it is told. */
  protected open(): boolean {
    if (this.scope.order.isOver) {
      this.#isEnded = true;
      this.#recorder.counts.ignored++;
      return false;
    }
    this.#recorder.opened(this, this.scope.parentSpanId === undefined);
    return true;
  }

  /** Whether something may still happen in it; what comes too late is ignored and counted. */
  protected goesOn(): boolean {
    if (!this.#isEnded && !this.scope.order.isOver) return true;
    this.#recorder.counts.ignored++;
    return false;
  }

  /** True the first time; later ends are ignored and counted. */
  protected finish(): boolean {
    if (this.#isEnded) {
      this.#recorder.counts.ignored++;
      return false;
    }
    this.#isEnded = true;
    this.#recorder.closed(this);
    return true;
  }

  abort(reason: Error, isLoud: boolean): void {
    if (this.#isEnded) return;
    this.#recorder.counts.aborted++;
    this.aborted(new TelemetryError("ABORTED", `${this.kind} aborted: ${reason.message}`, { cause: reason }), isLoud);
  }

  protected abstract readonly kind: string;
  protected abstract aborted(error: TelemetryError, isLoud: boolean): void;
}

/**
 * One execution of an agent. Its methods return at once and never throw, whatever they are given. Once it has ended, all
 * that is ignored and counted, but for the ends of tool and LLM calls that were open.
 */
export class Run extends Span {
  readonly runId: string;
  protected override readonly kind: string = "run";
  readonly #recorder: Recorder;
  readonly #onEnd: (run: Run) => void;
  #hasStreamed = false;

  /** @param onEnd told once, when the run has ended. */
  constructor(
    recorder: Recorder,
    { runId, name }: { runId: string; name: string },
    inputs: unknown,
    options: RunOptions,
    onEnd: (run: Run) => void,
  ) {
    const traceId = traceIdOf(runId);
    super(recorder, {
      runId,
      traceId,
      spanId: newSpanId(),
      parentSpanId: undefined,
      toolCallId: undefined,
      order: { next: 0, isOver: false },
    });
    this.runId = runId;
    this.#recorder = recorder;
    this.#onEnd = onEnd;
    this.open();
    recorder.record(
      "onRunStart",
      runId,
      snapshotRecord(inputs, recorder.counts),
      this.scope,
      runInfo(name, options, recorder),
    );
  }

  /** A piece of the model's output. Inside an LLM call use that call's `token`. Empty text is no event. */
  token(text: string): void {
    if (this.goesOn() && recordToken(this.#recorder, text, this.scope) > 0) this.#streamed();
  }

  /** What the agent has decided to do. A mapping as `toolInput` is shown on stdout as upstream shows it. */
  action(tool: string, toolInput: unknown): void {
    if (!this.goesOn()) return;
    const { counts } = this.#recorder;
    const shown = typeof toolInput === "string" ? undefined : snapshotValue(toolInput, counts);
    const text =
      shown === undefined ? snapshotText(toolInput, counts) : typeof shown === "string" ? shown : JSON.stringify(shown);
    this.#recorder.record("onAgentAction", snapshotName(tool, counts), text, this.scope, undefined, shown ?? text);
  }

  startTool(toolName: string, input: unknown, options: ToolOptions & SpanOverrides = {}): ToolCall {
    return new ToolCall(this.#recorder, Span.scopeIn(this, memberOf(options, "parent")), toolName, input, options);
  }

  startLlm(request: LlmRequestInput, options: LlmOptions & SpanOverrides = {}): LlmCall {
    return new LlmCall(
      this.#recorder,
      Span.scopeIn(this, memberOf(options, "parent")),
      request,
      () => this.#streamed(),
      options,
    );
  }

  /**
   * The run has succeeded. Prints `final` (`outputs.output`, else `outputs.content`, else `outputs`) unless tokens were
   * streamed: then people have read it already. Hooks get outputs that are no record as `{ value }`, and text as
   * `{ output }`.
   */
  end(outputs: unknown = {}): void {
    this.#end(outputs, true);
  }

  /** The run has failed. Prints `error`. */
  fail(error: unknown): void {
    if (this.finish()) this.#fail(snapshotError(error, this.#recorder.counts), true);
  }

  /** Ends without a word to people, as upstream's hooks do when they are dispatched. */
  endSilently(outputs: unknown): void {
    this.#end(outputs, false);
  }

  failSilently(error: unknown): void {
    if (this.finish()) this.#fail(snapshotError(error, this.#recorder.counts), false);
  }

  #end(outputs: unknown, isShown: boolean): void {
    if (!this.finish()) return;
    const shown = outputs === undefined ? {} : snapshotValue(outputs, this.#recorder.counts);
    const record = typeof shown === "string" ? { output: shown } : recordOf(shown);
    const context = this.#recorder.record("onRunEnd", this.runId, record, this.scope);
    if (isShown && !this.#hasStreamed) this.#recorder.stdout?.emitFinal(shown, context);
    this.#onEnd(this);
  }

  #fail(error: Error, isShown: boolean): void {
    const context = this.#recorder.record("onError", this.runId, error, this.scope);
    if (isShown) this.#recorder.stdout?.emitError(error, context);
    this.#onEnd(this);
  }

  #streamed(): void {
    this.#hasStreamed = true;
  }

  protected override finish(): boolean {
    this.scope.order.isOver = true;
    return super.finish();
  }

  protected override aborted(error: TelemetryError, isLoud: boolean): void {
    if (this.finish()) this.#fail(snapshotError(error, this.#recorder.counts), isLoud);
  }
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

/** @returns the event's time, or 0 for an empty token, which is no event. */
function recordToken(recorder: Recorder, token: unknown, scope: SpanScope): number {
  const isShort = typeof token === "string" && token.length <= SNAPSHOT_LIMITS.characters;
  const text = isShort ? token : snapshotText(token, recorder.counts);
  return text === "" ? 0 : recorder.token(text, scope);
}

const INFO_LIMITS: SnapshotLimits = { depth: 12, nodes: 5000, characters: 256 * 1024 };

function runInfo(name: string, options: RunOptions, recorder: Recorder): RunInfo {
  const { counts } = recorder;
  const tags = snapshotValue(memberOf(options, "tags"), counts, INFO_LIMITS);
  return {
    name,
    threadId: textMemberOf(options, "threadId"),
    tags: Array.isArray(tags) ? tags.map((tag: unknown) => snapshotName(tag, counts)) : [],
    metadata: snapshotRecord(memberOf(options, "metadata"), counts, INFO_LIMITS),
  };
}
