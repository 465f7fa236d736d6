import { isMainThread } from "node:worker_threads";
import { errorText } from "./snapshot.ts";

/** How telemetry ends: with the process, or before it. */
export type EndReason =
  | { readonly kind: "shutdown" }
  | { readonly kind: "exit"; readonly code: number; readonly error: Error | undefined }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals };

export interface EndHandlers {
  /** Whether `end` cannot do all of it: something needs the event loop. */
  readonly needsLoop: boolean;
  /** While the process still runs: whatever takes time can be done without blocking. */
  settle(): Promise<void>;
  /** The last moment: everything has to be done before it returns. Called again for what happens after it. */
  end(reason: EndReason): void;
}

/** What open runs and calls are told. */
export function endError(reason: EndReason): Error {
  if (reason.kind === "shutdown") return new Error("telemetry was shut down before it ended.");
  if (reason.kind === "signal") return new Error(`the process was ended by ${reason.signal}.`);
  if (reason.error !== undefined)
    return new Error(`the process ended by an uncaught exception: ${errorText(reason.error)}`, { cause: reason.error });
  return new Error(`the process ended with code ${reason.code} before it did.`);
}

/** Whether the process did not end as it should. */
export function isFailure(reason: EndReason): boolean {
  return reason.kind === "signal" || (reason.kind === "exit" && reason.code !== 0);
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Listens to the ends of the process and leaves each as it is: exit code, signal and output stay the agent's. */
export function watchEnds(handlers: EndHandlers, hasSignals: boolean): void {
  let uncaught: Error | undefined;

  const onBeforeExit = (): void => {
    // What waits makes Node announce the end once more: a listener of the agent's would run twice.
    if (!handlers.needsLoop && process.listenerCount("beforeExit") > 1) return;
    // Only something that is referenced keeps the process alive while it waits: the host's thread is not.
    const hold = setInterval(() => {}, 1 << 30);
    void handlers.settle().finally(() => clearInterval(hold));
  };

  // Fires for exceptions that the agent handles, too: `exit` tells whether the process ended by it.
  const onUncaught = (error: Error): void => {
    uncaught = error;
    // A process that sees its next turn has survived it.
    setImmediate(() => {
      if (uncaught === error) uncaught = undefined;
    });
  };

  const onExit = (announced: number): void => {
    // Listeners that ran before have the last word: Node's own says 13 where the program still waits at its top level.
    const code = Number(process.exitCode ?? announced);
    handlers.end({ kind: "exit", code, error: code === 0 ? undefined : uncaught });
  };

  const onSignal = (signal: NodeJS.Signals): void => {
    const others = process.listenerCount(signal) - 1;
    const counts = signalExits();
    // The agent decides what its signals mean: if it ends the process, `exit` comes.
    if (others > counts.reduce((sum, { count }) => sum + count, 0)) return;
    const [one] = counts;
    if (others > 0 && one !== undefined) letEnd(one);
    else if (process.pid === INIT) void handlers.settle();
    else {
      handlers.end({ kind: "signal", signal });
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    }
  };

  // Listeners that the agent adds later emit, too: that of `exit` stays the last. Those of signals stay the first,
  // for a listener of the agent's that is called once is gone by the time it runs.
  const onNewListener = (event: string | symbol, listener: unknown): void => {
    if (listener === onExit || listener === onSignal) return;
    if (event === "exit") queueMicrotask(() => process.removeListener(event, onExit).on(event, onExit));
    const signal = event as NodeJS.Signals;
    if (!process.listeners(signal).includes(onSignal)) return;
    // In this order: with no listener in between, the signal would end the process.
    queueMicrotask(() => process.prependListener(signal, onSignal).removeListener(signal, onSignal));
  };

  process.on("beforeExit", onBeforeExit);
  process.on("uncaughtExceptionMonitor", onUncaught);
  process.on("exit", onExit);
  if (hasSignals && isMainThread) for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  process.on("newListener", onNewListener);
}

/** A container's first process: no signal ends it that it does not handle, and ours would have closed what goes on. */
const INIT = 1;

/** What the copies of the package `signal-exit` share: how many of a signal's listeners are theirs. */
interface SignalExit {
  count: number;
}

/** Version 4 first: it adds the count of version 3 to its own. */
function signalExits(): SignalExit[] {
  const four = (globalThis as { [key: symbol]: unknown })[Symbol.for("signal-exit emitter")];
  const { __signal_exit_emitter__: three } = process as { __signal_exit_emitter__?: unknown };
  return ([four, three] as (Partial<SignalExit> | undefined)[]).filter(
    (each): each is SignalExit => typeof each?.count === "number" && each.count > 0,
  );
}

/**
 * Lets `signal-exit` do what it does where it listens alone: it calls its own, goes, and raises the signal again, which
 * then comes to us alone. Counted among its listeners, ours does not keep it from that.
 */
function letEnd(signalExit: SignalExit): void {
  signalExit.count++;
  queueMicrotask(() => signalExit.count--);
  // What it calls may let go of all that holds the process: the signal has to come first.
  setTimeout(() => {}, 1);
}

/**
 * Ends the process at once with `code`, where Node can (22.15 and later): a thread that is stuck in a native call would
 * hold it until the call returns. Elsewhere does nothing.
 */
export function endWithoutWaiting(code: number): void {
  const { execve } = process as { execve?: (file: string, args: readonly string[], env: object) => never };
  try {
    execve?.call(process, "/bin/sh", ["sh", "-c", `exit ${code & 255}`], {});
  } catch {
    // No shell there: the process ends when the call returns.
  }
}
