import { HOOKS } from "./events.ts";
import type { HookName } from "./events.ts";
import { DispatchedRuns } from "./dispatched-runs.ts";
import { asSpanId } from "./ids.ts";
import type { Recorder } from "./recorder.ts";
import type { LlmCall, ToolCall } from "./calls.ts";
import type { Run } from "./run.ts";
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
  /** By id, oldest first. */
  readonly openRuns: ReadonlyMap<string, Run>;
  startRun(inputs: unknown, options: DispatchContext): Run;
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
  readonly #dispatched = new DispatchedRuns();
  readonly #tools = new OpenCalls<ToolCall>();
  readonly #llmCalls = new OpenCalls<LlmCall>();
  #made: Run | undefined;
  #hasWarned = false;

  constructor(target: DispatchTarget) {
    this.#target = target;
  }

  /** The run made for events that belonged to none: it ends well with the process. */
  endMadeRun(): void {
    this.#made?.endSilently({});
  }

  /** Called by the manager for each run, however it has ended. */
  runEnded(run: Run): void {
    this.#dispatched.delete(run);
    if (run === this.#made) this.#made = undefined;
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
        if (run === undefined) return;
        const call = run.startTool(args[0] as string, args[1], { toolCallId, spanId });
        if (!call.isEnded) this.#tools.add({ run, name: call.toolName, id: toolCallId ?? spanId, call });
        return;
      }
      case "onToolEnd":
      case "onToolError": {
        const context = contextOf(args[2]);
        const id = context.toolCallId ?? context.spanId;
        const call = this.#tools.take({ ...this.#placeOf(context), id, name: snapshotName(args[0], counts) });
        if (call === undefined) return void counts.ignored++;
        if (call.isGuess) counts.guessed++;
        return hook === "onToolEnd" ? call.call.end(args[1]) : call.call.fail(args[1]);
      }
      case "onLlmNewToken": {
        const context = contextOf(args[1]);
        const run = this.#runFor(context);
        const call = this.#llmCalls.newest({ run, runId: givenName(context), id: context.spanId });
        return (call ?? run)?.token(args[0] as string);
      }
      case "onAgentAction":
        return this.#runFor(contextOf(args[2]))?.action(args[0] as string, args[1]);
      case "onLlmStart": {
        const context = contextOf(args[1]);
        const run = this.#runFor(context);
        if (run === undefined) return;
        const call = run.startLlm(args[0] as LlmRequestInput, { spanId: context.spanId });
        if (!call.isEnded) this.#llmCalls.add({ run, name: "", id: context.spanId, call });
        return;
      }
      case "onLlmEnd":
      case "onLlmError": {
        const context = contextOf(args[1]);
        const call = this.#llmCalls.take({ ...this.#placeOf(context), id: context.spanId, name: "" });
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
    const alias = textMemberOf({ id }, "id");
    const run = this.#target.startRun(inputs, { ...context, runId: alias === UPSTREAM_RUN_ID ? undefined : alias });
    this.#dispatched.add(run, alias ?? run.runId);
  }

  #endRun(id: unknown, end: (run: Run) => void): void {
    const alias = textMemberOf({ id }, "id");
    const run = alias === undefined ? undefined : this.#named(alias);
    if (run === undefined) return void this.#target.recorder.counts.ignored++;
    end(run);
  }

  /** The run that something happens in; none, and counted, where it names a run that is not open. */
  #runFor(context: DispatchContext): Run | undefined {
    const { run, runId } = this.#placeOf(context);
    if (run !== undefined && run !== this.#made) return run;
    if (run === undefined && runId !== undefined) return this.#ignore(runId);
    this.#target.recorder.counts.unattributed++;
    this.#made = run ?? this.#target.startRun({}, {});
    return this.#made;
  }

  #ignore(runId: string): undefined {
    this.#target.recorder.counts.ignored++;
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#target.warnOnce(
      `dispatch: what names a run that has ended, or was never started, is ignored, and counted in health(). ` +
        `The first named "${runId}".`,
    );
  }

  /** The run named. Without a name: the one that the code is in; the only open one; the last dispatched; the one made. */
  #placeOf(context: DispatchContext): Place {
    const runId = givenName(context);
    const named = context.runId === undefined ? undefined : this.#named(context.runId);
    if (named !== undefined || runId !== undefined) return { run: named, runId };
    const run = currentRun() ?? this.#target.processRun() ?? this.#only() ?? this.#dispatched.newest() ?? this.#made;
    return { run, runId };
  }

  /** The oldest open run of that id: upstream's runs all have the same. */
  #named(id: string): Run | undefined {
    return this.#dispatched.oldest(id) ?? this.#target.openRuns.get(id);
  }

  #only(): Run | undefined {
    const { openRuns } = this.#target;
    if (openRuns.size > 2) return undefined; // one of two may be the one made
    const others = [...openRuns.values()].filter((run) => run !== this.#made);
    return others.length === 1 ? others[0] : undefined;
  }
}

/** The run that an event belongs to, and the name that it gave for it. */
interface Place {
  readonly run: Run | undefined;
  readonly runId: string | undefined;
}

function givenName({ runId }: DispatchContext): string | undefined {
  return runId === UPSTREAM_RUN_ID ? undefined : runId;
}

interface OpenCall<Call> {
  readonly run: Run;
  readonly name: string;
  readonly id: string | undefined;
  readonly call: Call;
}

interface CallSought extends Place {
  readonly id: string | undefined;
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

  /**
   * By id if there is one, else the oldest of that name in the run. Models use the same ids again in other runs: those
   * are looked through only where no run was named.
   */
  take({ run, runId, id, name }: CallSought & { readonly name: string }): { call: Call; isGuess: boolean } | undefined {
    const isSought = (call: OpenCall<Call>): boolean => (id === undefined ? call.name === name : call.id === id);
    const isElsewhere = ({ run: { runId: own } }: OpenCall<Call>): boolean =>
      runId === undefined ? id !== undefined : own === runId;
    const open =
      find(this.#calls, (call) => call.run === run && isSought(call)) ??
      find(this.#calls, (call) => isElsewhere(call) && isSought(call));
    if (open === undefined) return undefined;
    this.#calls.delete(open);
    return { call: open.call, isGuess: id === undefined };
  }

  newest({ run, runId, id }: CallSought): Call | undefined {
    let found: Call | undefined;
    for (const open of this.#calls) {
      const isIn = open.run === run || (id !== undefined && runId === undefined);
      if (open.call.isEnded) this.#calls.delete(open);
      else if (isIn && (id === undefined || open.id === id)) found = open.call;
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
