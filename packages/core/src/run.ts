import { LlmCall, ToolCall } from "./calls.ts";
import type { LlmOptions, SpanOverrides, ToolOptions } from "./calls.ts";
import { snapshotError } from "./error-record.ts";
import type { TelemetryError } from "./errors.ts";
import type { RunInfo } from "./events.ts";
import { newSpanId, traceIdOf } from "./ids.ts";
import type { Recorder } from "./recorder.ts";
import {
  memberOf,
  recordOf,
  snapshotName,
  snapshotRecord,
  snapshotText,
  snapshotValue,
  textMemberOf,
} from "./snapshot.ts";
import type { SnapshotLimits } from "./snapshot.ts";
import type { LlmRequestInput } from "./snapshot-llm.ts";
import { recordToken, Span } from "./span.ts";

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
