import { nowUnixMs } from "../now.ts";

/** Time, so that tests can be its master. */
export interface Clock {
  /** Milliseconds since 1970, on a clock that never goes back. */
  now(): number;
  /** Calls back once, unless the returned function is called first. Does not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: nowUnixMs,
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS));
    timer.unref(); // the end of the process waits in shutdown(), not for timers
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or as soon as `signal` aborts; true when the time has passed. */
export async function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted || ms <= 0) return !signal.aborted;
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve(true);
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
