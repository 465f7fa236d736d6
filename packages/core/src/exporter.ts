import { REQUIRED_HOOKS } from "./events.ts";
import type { EventContext, HookName, LlmRequest, LlmResponse } from "./events.ts";

/** Why an event was not delivered. */
export const DROP_REASONS = [
  "rejected", // the backend refused it for good
  "too_large", // over the backend's limits
  "queue_full", // a bound of memory was reached
  "retries", // the backend kept failing
  "deadline", // time ran out: a hook's deadline, or the end of the process
  "sampled", // left out on purpose
  "disabled", // the exporter switched itself off
  "failed", // the hook threw or rejected
  "circuit_open", // skipped while the exporter recovers from failing again and again
  "restart", // lost with a thread that had to be replaced
  "after_shutdown", // came too late
  "unknown", // sent, but the acknowledgement was lost
  "late", // about a span that had ended and gone: a second end, or a token after it
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

/** How an event left `pending`. */
export type Outcome = "delivered" | DropReason;

/** What an exporter sends, as opposed to what it is given: compared with what a backend has received. */
export const UNITS = ["spans", "requests", "retries", "bytes"] as const;

export type Unit = (typeof UNITS)[number];

/** A hook's answer that says: kept for later, `settle` will tell what became of it. */
export const PENDING: unique symbol = Symbol.for("charm.telemetry.pending") as never;
export type Pending = typeof PENDING;

/** Nothing (delivered), `this.pending`, or a promise of either. */
export type HookResult = void | Pending | Promise<void | Pending>;

export interface StartInfo {
  readonly agent: { readonly name: string; readonly version?: string | undefined };
  readonly runtime: {
    /** Always `node`. */
    readonly name: "node";
    readonly version: string;
    /** The version of core that calls. */
    readonly telemetryVersion: string;
    readonly isolation: "worker" | "inline";
  };
  /** False where `CHARM_TELEMETRY_CAPTURE_CONTENT` withholds inputs, outputs and messages; hooks are then given none. */
  readonly captureContent: boolean;
  /** Masks secrets in text that the exporter has put together itself, such as tokens joined to an answer. */
  mask(text: string): string;
}

/** The host's side of an exporter: set on the instance under {@link HOST} before `start`. */
export interface ExporterHostHandle {
  settle(eventCount: number, outcome: Outcome): void;
  count(unit: Unit, amount: number): void;
  /** One line for people, on stderr, each text once. */
  warn(message: string): void;
  /** Takes no more events: they are counted as dropped, reason `disabled`. */
  disable(reason: string): void;
  /** Keeps the last error for `health()`. */
  fail(error: unknown): void;
}

export const HOST: unique symbol = Symbol.for("charm.telemetry.host") as never;

/** Marks exporters of this contract, whichever copy of core they extend; the value is the contract's version. */
export const CONTRACT: unique symbol = Symbol.for("charm.telemetry.contract") as never;
export const CONTRACT_VERSION = 1;

/**
 * Base of all exporters: sends the events of runs somewhere.
 *
 * Constructors take no arguments; configuration comes from environment variables. Hooks of one exporter are called one
 * at a time, in the order of events. A hook that returns (or resolves to) nothing has delivered its event; one that
 * throws, rejects or misses its deadline has dropped it; one that buffers returns `this.pending` and calls
 * `this.settle` when it knows. Hooks must not block the thread.
 */
export abstract class BaseTelemetryExporter {
  abstract onRunStart(runId: string, inputs: Record<string, unknown>, context: EventContext): HookResult;
  abstract onRunEnd(runId: string, outputs: Record<string, unknown>, context: EventContext): HookResult;
  abstract onError(runId: string, error: Error, context: EventContext): HookResult;
  abstract onToolStart(toolName: string, input: string, context: EventContext): HookResult;
  abstract onToolEnd(toolName: string, output: string, context: EventContext): HookResult;
  abstract onToolError(toolName: string, error: Error, context: EventContext): HookResult;
  abstract onLlmNewToken(token: string, context: EventContext): HookResult;
  abstract onAgentAction(tool: string, toolInput: string, context: EventContext): HookResult;

  onLlmStart?(request: LlmRequest, context: EventContext): HookResult;
  onLlmEnd?(response: LlmResponse, context: EventContext): HookResult;
  onLlmError?(error: Error, context: EventContext): HookResult;

  /** Connects. Events that come before it has finished are kept, in order; when it fails it is called again later. */
  start?(info: StartInfo, signal: AbortSignal): void | Promise<void>;
  /** Delivers what is buffered and goes on. */
  flush?(signal: AbortSignal): void | Promise<void>;
  /** Delivers what is buffered and releases everything. Called once. */
  shutdown?(signal: AbortSignal): void | Promise<void>;

  /** What a hook returns whose event is kept for later. */
  protected get pending(): Pending {
    return PENDING;
  }

  /** Says what became of `eventCount` events whose hooks returned `this.pending`. */
  protected settle(eventCount: number, outcome: Outcome): void {
    hostOf(this)?.settle(eventCount, outcome);
  }

  /** Adds to the report's `units`: only what the backend has acknowledged, but for `requests` and `retries`. */
  protected count(unit: Unit, amount = 1): void {
    hostOf(this)?.count(unit, amount);
  }

  /** Tells people once, on stderr. Never put a secret in it. */
  protected warn(message: string): void {
    hostOf(this)?.warn(message);
  }

  /** Switches the exporter off for this process, with one warning that says why and what to do. */
  protected disable(reason: string): void {
    hostOf(this)?.disable(reason);
  }

  /** Keeps `error` as the exporter's last error in `health()`. */
  protected fail(error: unknown): void {
    hostOf(this)?.fail(error);
  }
}

/** The host that has attached itself to `exporter`, if any has: a constructor runs before that. */
function hostOf(exporter: object): ExporterHostHandle | undefined {
  return (exporter as { [HOST]?: ExporterHostHandle })[HOST];
}

Object.defineProperty(BaseTelemetryExporter.prototype, CONTRACT, { value: CONTRACT_VERSION });

/** The contract's hooks that `exporter` lacks; empty for one that can be used. */
export function missingHooks(exporter: object): HookName[] {
  return REQUIRED_HOOKS.filter((hook) => typeof (exporter as Partial<Record<HookName, unknown>>)[hook] !== "function");
}
