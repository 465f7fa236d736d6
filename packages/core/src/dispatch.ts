import { HOOKS } from "./events.ts";
import type { HookName } from "./events.ts";
import { asSpanId } from "./ids.ts";
import type { Recorder } from "./recorder.ts";
import type { LlmCall, Run, ToolCall } from "./run.ts";
import { currentRun } from "./run-scope.ts";
import { memberOf, snapshotName, textMemberOf } from "./snapshot.ts";
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

/** What upstream calls every run: no name of any. */
const UPSTREAM_RUN_ID = "local";

/**
 * Upstream's way of reporting: hooks by name, mostly without ids. Finds the run, the tool call and the LLM call that
 * each belongs to.
 */
export class Dispatcher {
  readonly #target: DispatchTarget;
  /** Open runs that were dispatched, with the id that their caller uses; oldest first. */
  readonly #dispatched = new Set<{ readonly alias: string; readonly run: Run }>();
  readonly #tools = new OpenCalls<ToolCall>();
  readonly #llmCalls = new OpenCalls<LlmCall>();
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
        const { toolCallId, spanId } = context;
        const call = run.startTool(args[0] as string, args[1], { toolCallId, spanId });
        this.#tools.add({ run, name: call.toolName, id: toolCallId ?? spanId, call });
        return;
      }
      case "onToolEnd":
      case "onToolError": {
        const context = contextOf(args[2]);
        const id = context.toolCallId ?? context.spanId;
        const call = this.#tools.take(this.#find(context), snapshotName(args[0], counts), id);
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
        return this.#runFor(contextOf(args[2])).action(args[0] as string, args[1]);
      case "onLlmStart": {
        const context = contextOf(args[1]);
        const run = this.#runFor(context);
        const call = run.startLlm(args[0] as LlmRequestInput, { spanId: context.spanId });
        this.#llmCalls.add({ run, name: "", id: context.spanId, call });
        return;
      }
      case "onLlmEnd":
      case "onLlmError": {
        const context = contextOf(args[1]);
        const call = this.#llmCalls.take(this.#find(context), "", context.spanId);
        if (call === undefined) return void counts.ignored++;
        return hook === "onLlmEnd" ? call.call.end(args[0] as LlmResponseInput) : call.call.fail(args[0]);
      }
      default:
        counts.ignored++;
        this.#target.warnOnce(
          `dispatch: there is no hook "${snapshotName(hook, counts).slice(0, 80)}". Hooks: ${HOOKS.join(", ")}.`,
        );
    }
  }

  #startRun(id: unknown, inputs: unknown, context: DispatchContext): void {
    const alias = typeof id === "string" && id !== "" ? id : undefined;
    const run = this.#target.openRun(inputs, { ...context, runId: alias === UPSTREAM_RUN_ID ? undefined : alias });
    this.#dispatched.add({ alias: alias ?? run.runId, run });
  }

  #endRun(id: unknown, end: (run: Run) => void): void {
    const run = typeof id === "string" ? this.#named(id) : undefined;
    if (run === undefined) return void this.#target.recorder.counts.ignored++;
    end(run);
    for (const entry of this.#dispatched) if (entry.run.isEnded) this.#dispatched.delete(entry);
  }

  #runFor(context: DispatchContext): Run {
    const run = this.#find(context);
    if (run !== undefined && run !== this.#made) return run;
    this.#target.recorder.counts.unattributed++;
    this.#made = run ?? this.#target.openRun({}, {});
    return this.#made;
  }

  /** The run named; else the one that the code is in; else the only open one; else the last dispatched; else one made. */
  #find({ runId }: DispatchContext): Run | undefined {
    const named = runId === undefined ? undefined : this.#named(runId);
    return named ?? currentRun() ?? this.#target.processRun() ?? this.#only() ?? this.#last() ?? this.#openMade();
  }

  /** The oldest open run of that id: upstream's runs all have the same. */
  #named(id: string): Run | undefined {
    const dispatched = find(this.#dispatched, ({ alias, run }) => alias === id && !run.isEnded);
    return dispatched?.run ?? find(this.#target.openRuns(), (run) => run.runId === id);
  }

  #only(): Run | undefined {
    let only: Run | undefined;
    for (const run of this.#target.openRuns()) {
      if (run === this.#made) continue;
      if (only !== undefined) return undefined;
      only = run;
    }
    return only;
  }

  #last(): Run | undefined {
    let last: Run | undefined;
    for (const { run } of this.#dispatched) if (!run.isEnded) last = run;
    return last;
  }

  #openMade(): Run | undefined {
    return this.#made?.isEnded === false ? this.#made : undefined;
  }
}

interface OpenCall<Call> {
  readonly run: Run;
  readonly name: string;
  readonly id: string | undefined;
  readonly call: Call;
}

/** Starts whose ends never come must not gather for ever, and are looked through at every end. */
const MAX_OPEN_CALLS = 2000;

/** Dispatched calls that have not ended, oldest first. */
class OpenCalls<Call extends { readonly isEnded: boolean }> {
  readonly #calls = new Set<OpenCall<Call>>();

  add(call: OpenCall<Call>): void {
    this.#calls.add(call);
    if (this.#calls.size > MAX_OPEN_CALLS) for (const oldest of this.#calls) return void this.#calls.delete(oldest);
  }

  /** By id if there is one, else the oldest of that name in the run. Models use the same ids again in other runs. */
  take(run: Run | undefined, name: string, id: string | undefined): { call: Call; isGuess: boolean } | undefined {
    const isMatch = (call: OpenCall<Call>): boolean => (id === undefined ? call.name === name : call.id === id);
    const open =
      find(this.#calls, (call) => call.run === run && isMatch(call)) ??
      (id === undefined ? undefined : find(this.#calls, isMatch));
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
    spanId: asSpanId(textMemberOf(value, "spanId")),
    name: textMemberOf(value, "name"),
    threadId: textMemberOf(value, "threadId"),
    tags: memberOf(value, "tags") as DispatchContext["tags"],
    metadata: memberOf(value, "metadata") as DispatchContext["metadata"],
  };
}

function find<Item>(items: Iterable<Item>, is: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (is(item)) return item;
  return undefined;
}
