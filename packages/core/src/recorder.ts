import type { EventContext, HookName, RunInfo } from "./events.ts";
import type { TelemetryHealth } from "./health.ts";
import type { HostLink } from "./host/link.ts";
import { newSpanId } from "./ids.ts";
import { nowUnixMs } from "./now.ts";
import { errorText } from "./snapshot.ts";
import type { Json } from "./snapshot.ts";
import type { CharmEmitterExporter } from "./stdout/exporter.ts";

/** What a span's events have in common. One per run, tool call and LLM call, for as long as it is open. */
export interface SpanScope {
  readonly runId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly toolCallId: string | undefined;
  /** Shared by all spans of a run: numbers their events, and tells when there are to be no more. */
  readonly order: { next: number; isOver: boolean };
}

export function childScope(parent: SpanScope, spanId: string = newSpanId(), toolCallId?: string): SpanScope {
  return {
    runId: parent.runId,
    traceId: parent.traceId,
    spanId,
    parentSpanId: parent.spanId,
    toolCallId,
    order: parent.order,
  };
}

/** What was started and has to end: a run, a tool call, an LLM call. */
export interface Unended {
  /** Ends it because the process does; nothing happens if it has ended. */
  abort(reason: Error, isLoud: boolean): void;
}

/** More open runs, or more open tool and LLM calls, are a leak: the oldest is aborted. */
const MAX_OPEN = 50_000;

/**
 * The one way of every event: stamps it and hands it to stdout and to the host.
 *
 * It is given snapshots and never throws.
 */
export class Recorder {
  readonly stdout: CharmEmitterExporter | undefined;
  readonly host: HostLink;
  readonly counts = { recorded: 0, unattributed: 0, guessed: 0, ignored: 0, truncated: 0, aborted: 0 };
  /** Set when the process is ending: every event is then delivered at once. */
  afterEnd: (() => void) | undefined;
  readonly #runs = new Set<Unended>();
  /** Apart: calls that leak must not end the run that they are in. */
  readonly #calls = new Set<Unended>();
  readonly #warn: (message: string) => void;

  constructor(stdout: CharmEmitterExporter | undefined, host: HostLink, warn: (message: string) => void) {
    this.stdout = stdout;
    this.host = host;
    this.#warn = warn;
  }

  /**
   * @param forStdout what stdout shows in place of `second`: an agent action's mapping, which others get as JSON.
   * @returns the event's context.
   */
  record(
    hook: HookName,
    first: unknown,
    second: unknown,
    scope: SpanScope,
    run?: RunInfo,
    forStdout: unknown = second,
  ): EventContext {
    const context = stamp(scope, run);
    this.counts.recorded++;
    try {
      if (this.stdout !== undefined) show(this.stdout, hook, first, forStdout, context);
      this.host.append(hook, first, second, context);
      this.afterEnd?.();
    } catch (error) {
      this.#failed(error);
    }
    return context;
  }

  /**
   * One token: the path that has to be cheap.
   *
   * @returns its time, as in the event's context.
   */
  token(text: string, scope: SpanScope): number {
    const context = stamp(scope, undefined);
    this.counts.recorded++;
    try {
      this.stdout?.onLlmNewToken(text, context);
      this.host.append("onLlmNewToken", text, undefined, context);
      this.afterEnd?.();
    } catch (error) {
      this.#failed(error);
    }
    return context.timeUnixMs;
  }

  opened(span: Unended, isRun: boolean): void {
    const open = isRun ? this.#runs : this.#calls;
    open.add(span);
    if (open.size <= MAX_OPEN) return;
    const [oldest] = open;
    oldest?.abort(new Error(`More than ${MAX_OPEN} ${isRun ? "runs" : "tool and LLM calls"} are open.`), false);
  }

  closed(span: Unended): void {
    if (!this.#calls.delete(span)) this.#runs.delete(span);
  }

  /** Ends what is open, the innermost first. */
  abortAll(reason: Error, isLoud: boolean): void {
    for (const span of [...this.#runs, ...this.#calls].reverse()) span.abort(reason, isLoud);
  }

  /** Neither stdout nor the host throws; where they do all the same, by a fault of ours, it is not the agent's trouble. */
  #failed(error: unknown): void {
    this.#warn(`An event could not be recorded: ${errorText(error)}`);
  }

  health(): TelemetryHealth {
    return {
      exporters: this.host.health(),
      stdout: this.stdout?.health() ?? { written: 0, droppedBy: {}, bufferedBytes: 0 },
      events: { ...this.counts },
    };
  }
}

/** Where and when the next event of `scope` happens: here and now. */
function stamp(scope: SpanScope, run: RunInfo | undefined): EventContext {
  return {
    runId: scope.runId,
    traceId: scope.traceId,
    spanId: scope.spanId,
    parentSpanId: scope.parentSpanId,
    sequence: scope.order.next++,
    timeUnixMs: nowUnixMs(),
    toolCallId: scope.toolCallId,
    run,
  };
}

/** Calls the hook of the built-in exporter, which prints and neither throws nor buffers. */
function show(
  stdout: CharmEmitterExporter,
  hook: HookName,
  first: unknown,
  second: unknown,
  context: EventContext,
): void {
  switch (hook) {
    case "onRunStart":
      return stdout.onRunStart(first as string, second as Record<string, unknown>, context);
    case "onRunEnd":
      return stdout.onRunEnd(first as string, second as Record<string, unknown>, context);
    case "onError":
      return stdout.onError(first as string, second as Error, context);
    case "onToolStart":
      return stdout.onToolStart(first as string, second as string, context);
    case "onToolEnd":
      return stdout.onToolEnd(first as string, second as string, context);
    case "onToolError":
      return stdout.onToolError(first as string, second as Error, context);
    case "onLlmNewToken":
      return stdout.onLlmNewToken(first as string, context);
    case "onAgentAction":
      return stdout.onAgentAction(first as string, second as string | Json, context);
    case "onLlmStart":
      return stdout.onLlmStart(first as Parameters<CharmEmitterExporter["onLlmStart"]>[0], context);
    case "onLlmEnd":
      return stdout.onLlmEnd(first as Parameters<CharmEmitterExporter["onLlmEnd"]>[0], context);
    case "onLlmError":
      return stdout.onLlmError(first as Error, context);
  }
}
