import { TelemetryError } from "../errors.ts";

/** How a piece of an exporter's code came out. */
export type Settled =
  | { readonly isOk: true; readonly value: unknown }
  | { readonly isOk: false; readonly error: unknown; readonly isLate: boolean };

/** Whether `value` is a promise of any make. May throw: reading `then` can run code. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/**
 * Runs a piece of an exporter's code; nothing that it does escapes.
 *
 * @param timeoutMs undefined: somebody else watches the time.
 * @param done told once: at once if the code is synchronous, else when its promise has settled or at the deadline.
 * @param late told what the code resolved to if that was after the deadline.
 */
export function contain(
  what: string,
  timeoutMs: number | undefined,
  code: () => unknown,
  done: (settled: Settled) => void,
  late: (value: unknown) => void = () => {},
): void {
  let value: unknown;
  let promise: Promise<unknown> | undefined;
  try {
    value = code();
    if (isThenable(value)) promise = Promise.resolve(value);
  } catch (error) {
    done({ isOk: false, error, isLate: false });
    return;
  }
  if (promise === undefined) {
    done({ isOk: true, value });
    return;
  }
  let isDone = false;
  const giveUp = (ms: number): void => {
    const error = new TelemetryError("HOST", `${what} took longer than ${ms / 1000} s`);
    finish({ isOk: false, error, isLate: true });
  };
  const finish = (settled: Settled): void => {
    clearTimeout(timer);
    isDone = true;
    done(settled);
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs, timeoutMs).unref();
  promise.then(
    (result) => (isDone ? late(result) : finish({ isOk: true, value: result })),
    (error: unknown) => {
      if (!isDone) finish({ isOk: false, error, isLate: false });
    },
  );
}
