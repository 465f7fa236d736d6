import { HOOKS } from "./events.ts";
import type { HookName } from "./events.ts";
import type { Recorder } from "./recorder.ts";
import type { LlmCall, Run, ToolCall } from "./run.ts";
import { currentRun } from "./run-scope.ts";
import { snapshotText, textMemberOf } from "./snapshot.ts";
import type { LlmRequestInput, LlmResponseInput } from "./snapshot-llm.ts";

/** What a caller of `dispatch` may add after the hook's arguments. All of it is optional. */
export interface DispatchContext {
  readonly runId?: string | undefined;
  readonly toolCallId?: string | undefined;
  /** 16 hex digits, given at a start: ends that give the same id end that tool call or LLM call. */
  readonly spanId?: string | undefined;
  readonly name?: string | undefined;
  readonly threadId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What the manager offers to dispatched hooks. */
export interface DispatchTarget {
  readonly recorder: Recorder;
  openRun(inputs: unknown, options: DispatchContext): Run;
  /** Open runs, oldest first. */
  openRuns(): IterableIterator<Run>;
  /** The run that the process was started for, if it has one. */
  processRun(): Run | undefined;
  warnOnce(message: string): void;
}

const SPAN_ID = /^[0-9a-f]{16}$/;

/**
 * Upstream's way of reporting: hooks by name, mostly without ids. Finds the run, the tool call and the LLM call that
 * each belongs to.
 */
export class Dispatcher {
  readonly #target: DispatchTarget;
  /** Dispatched runs under the id their caller uses, oldest first: upstream's is always `local`. */
  readonly #runs = new Map<string, Run[]>();
  readonly #tools = new OpenCalls<ToolCall>();
  readonly #llmCalls = new OpenCalls<LlmCall>();
  #last: Run | undefined;
  #made: Run | undefined;

  constructor(target: DispatchTarget) {
    this.#target = target;
  }

  /** The run made for events that belonged to none: it ends well with the process. */
  endMadeRun(): void {
    if (this.#made?.isEnded === false) this.#made.endSilently({});
  }

  dispatch(hook: HookName, args: readonly unknown[]): void {
    const { counts } = this.#target.recorder;
    switch (hook) {
      case "onRunStart":
        return this.#startRun(args[0], args[1], contextOf(args[2]));
      case "onRunEnd":
        return this.#endRun(args[0], (run) => run.endSilently(args[1]));
      case "onError":
        return this.#endRun(args[0], (run) => run.failSilently(args[1]));
      case "onToolStart": {
        const context = contextOf(args[2]);
        const run = this.#runFor(context);
        const call = run.startTool(snapshotText(args[0], counts), args[1], { toolCallId: context.toolCallId, spanId: spanIdOf(context) });
        this.#tools.add({ run, name: call.toolName, id: context.toolCallId ?? spanIdOf(context), call });
        return;
      }
      case "onToolEnd":
      case "onToolError": {
        const context = contextOf(args[2]);
        const call = this.#tools.take(this.#runFor(context), snapshotText(args[0], counts), context.toolCallId ?? context.spanId);
        if (call === undefined) return void counts.ignored++;
        if (call.isGuess) counts.guessed++;
        return hook === "onToolEnd" ? call.call.end(args[1]) : call.call.fail(args[1]);
      }
      case "onLlmNewToken": {
        const context = contextOf(args[1]);
        const run = this.#runFor(context);
        const call = this.#llmCalls.newest(run, context.spanId);
        return call === undefined ? run.token(args[0] as string) : call.token(args[0] as string);
      }
      case "onAgentAction":
        return this.#runFor(contextOf(args[2])).action(snapshotText(args[0], counts), args[1]);
      case "onLlmStart": {
        const context = contextOf(args[1]);
        const run = this.#runFor(context);
        this.#llmCalls.add({ run, name: "", id: spanIdOf(context), call: run.startLlm(args[0] as LlmRequestInput, { spanId: spanIdOf(context) }) });
        return;
      }
      case "onLlmEnd":
      case "onLlmError": {
        const context = contextOf(args[1]);
        const call = this.#llmCalls.take(this.#runFor(context), "", context.spanId);
        if (call === undefined) return void counts.ignored++;
        return hook === "onLlmEnd" ? call.call.end(args[0] as LlmResponseInput) : call.call.fail(args[0]);
      }
      default:
        counts.ignored++;
        this.#target.warnOnce(`dispatch: there is no hook "${snapshotText(hook, counts).slice(0, 80)}". Hooks: ${HOOKS.join(", ")}.`);
    }
  }

  #startRun(id: unknown, inputs: unknown, context: DispatchContext): void {
    const runId = typeof id === "string" && id !== "" ? id : undefined;
    const run = this.#target.openRun(inputs, { ...context, runId });
    const alias = runId ?? run.runId;
    const runs = this.#runs.get(alias)?.filter((open) => !open.isEnded) ?? [];
    this.#runs.set(alias, [...runs, run]);
    this.#last = run;
  }

  #endRun(id: unknown, end: (run: Run) => void): void {
    const runs = typeof id === "string" ? this.#runs.get(id) : undefined;
    const run = runs?.shift() ?? (typeof id === "string" ? find(this.#target.openRuns(), (open) => open.runId === id) : undefined);
    if (runs?.length === 0) this.#runs.delete(id as string);
    if (run === undefined) return void this.#target.recorder.counts.ignored++;
    end(run);
    if (this.#last === run) this.#last = undefined;
  }

  /** The run named; else the one that the code is in; else the only open one; else the last dispatched; else a new one. */
  #runFor(context: DispatchContext): Run {
    const { runId } = context;
    if (runId !== undefined) {
      const named = this.#runs.get(runId)?.find((run) => !run.isEnded) ?? find(this.#target.openRuns(), (run) => run.runId === runId);
      if (named !== undefined) return named;
    }
    const surrounding = currentRun() ?? this.#target.processRun();
    if (surrounding !== undefined) return surrounding;
    const [first, second] = this.#target.openRuns();
    if (first !== undefined && second === undefined && first !== this.#made) return first;
    if (this.#last?.isEnded === false) return this.#last;
    this.#target.recorder.counts.unattributed++;
    if (this.#made === undefined || this.#made.isEnded) this.#made = this.#target.openRun({}, {});
    return this.#made;
  }
}

interface OpenCall<Call> {
  readonly run: Run;
  readonly name: string;
  readonly id: string | undefined;
  readonly call: Call;
}

/** Starts whose ends never come must not gather for ever. */
const MAX_OPEN_CALLS = 50_000;

/** Dispatched calls that have not ended, oldest first. */
class OpenCalls<Call extends { readonly isEnded: boolean }> {
  readonly #calls = new Set<OpenCall<Call>>();

  add(call: OpenCall<Call>): void {
    this.#calls.add(call);
    if (this.#calls.size > MAX_OPEN_CALLS) for (const oldest of this.#calls) return void this.#calls.delete(oldest);
  }

  /** By id if there is one, else the oldest of that name in the run. */
  take(run: Run, name: string, id: string | undefined): { call: Call; isGuess: boolean } | undefined {
    const open =
      id === undefined
        ? find(this.#calls.values(), (call) => call.run === run && call.name === name)
        : find(this.#calls.values(), (call) => call.id === id);
    if (open === undefined) return undefined;
    this.#calls.delete(open);
    return { call: open.call, isGuess: id === undefined };
  }

  newest(run: Run, id: string | undefined): Call | undefined {
    let found: Call | undefined;
    for (const open of this.#calls) {
      if (open.call.isEnded) this.#calls.delete(open);
      else if (id === undefined ? open.run === run : open.id === id) found = open.call;
    }
    return found;
  }
}

function contextOf(value: unknown): DispatchContext {
  if (typeof value !== "object" || value === null) return {};
  return {
    runId: textMemberOf(value, "runId"),
    toolCallId: textMemberOf(value, "toolCallId"),
    spanId: textMemberOf(value, "spanId"),
    name: textMemberOf(value, "name"),
    threadId: textMemberOf(value, "threadId"),
    tags: (value as DispatchContext).tags,
    metadata: (value as DispatchContext).metadata,
  };
}

function spanIdOf(context: DispatchContext): string | undefined {
  return context.spanId !== undefined && SPAN_ID.test(context.spanId) ? context.spanId : undefined;
}

function find<Item>(items: Iterable<Item>, is: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (is(item)) return item;
  return undefined;
}
