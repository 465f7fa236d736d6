import { isMainThread } from "node:worker_threads";
import { errorText } from "./snapshot.ts";

/** How the process ends. */
export type EndReason =
  | { readonly kind: "exit"; readonly code: number; readonly error: Error | undefined }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals };

export interface EndHandlers {
  /** The loop is empty, but the process still runs: whatever takes time can be done without blocking. */
  settle(): Promise<void>;
  /** The last moment: everything has to be done before it returns. Called again for what happens after it. */
  end(reason: EndReason): void;
}

/** What open runs and calls are told. */
export function endError(reason: EndReason): Error {
  if (reason.kind === "signal") return new Error(`the process was ended by ${reason.signal}.`);
  if (reason.error !== undefined)
    return new Error(`the process ended by an uncaught exception: ${errorText(reason.error)}`, { cause: reason.error });
  return new Error(`the process ended with code ${reason.code} before it did.`);
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Listens to the ends of the process and leaves each as it is: exit code, signal and output stay the agent's.
 *
 * @returns a function that takes all listeners away.
 */
export function watchEnds(handlers: EndHandlers, hasSignals: boolean): () => void {
  let uncaught: Error | undefined;

  const onBeforeExit = (): void => {
    // Only something that is referenced keeps the process alive while it waits: the host's thread is not.
    const hold = setInterval(() => {}, 1 << 30);
    void handlers.settle().finally(() => clearInterval(hold));
  };

  // Fires for exceptions that the agent handles, too: `exit` tells whether the process ended by it.
  const onUncaught = (error: Error): void => {
    uncaught = error;
  };

  const onExit = (announced: number): void => {
    // Listeners that ran before have the last word: Node's own says 13 where the program still waits at its top level.
    const code = Number(process.exitCode ?? announced);
    handlers.end({ kind: "exit", code, error: code === 0 ? undefined : uncaught });
  };

  // Listeners that the agent adds later would run, and emit, after ours: ours moves behind them.
  const onNewListener = (event: string | symbol, listener: unknown): void => {
    if (event !== "exit" || listener === onExit) return;
    queueMicrotask(() => {
      process.removeListener("exit", onExit);
      if (isWatching) process.on("exit", onExit);
    });
  };

  const onSignal = (signal: NodeJS.Signals): void => {
    // The agent decides what its signals mean: if it ends the process, `exit` comes.
    if (process.listenerCount(signal) > 1) return;
    handlers.end({ kind: "signal", signal });
    stop();
    process.kill(process.pid, signal);
  };

  let isWatching = true;
  const stop = (): void => {
    isWatching = false;
    process.removeListener("beforeExit", onBeforeExit);
    process.removeListener("uncaughtExceptionMonitor", onUncaught);
    process.removeListener("newListener", onNewListener);
    process.removeListener("exit", onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };

  process.on("beforeExit", onBeforeExit);
  process.on("uncaughtExceptionMonitor", onUncaught);
  process.on("exit", onExit);
  process.on("newListener", onNewListener);
  if (hasSignals && isMainThread) for (const signal of SIGNALS) process.on(signal, onSignal);
  return stop;
}

/**
 * Ends the process at once with `code`, where Node can (22.15 and later): a thread that is stuck in a native call would
 * hold it until the call returns. Elsewhere does nothing.
 */
export function endWithoutWaiting(code: number): void {
  const { execve } = process as { execve?: (file: string, args: readonly string[]) => never };
  try {
    execve?.call(process, "/bin/sh", ["sh", "-c", `exit ${code}`]);
  } catch {
    // No shell there: the process ends when the call returns.
  }
}
