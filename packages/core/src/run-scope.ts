import { AsyncLocalStorage } from "node:async_hooks";
import type { Run } from "./run.ts";

/**
 * The run that code is in, without being told.
 *
 * Used by `withRun` alone, and off as soon as nobody needs it: on Node 20 and 22 a storage in use makes every `await`
 * of the process more than twice as dear, also outside of it, until it is disabled.
 */
const storage = new AsyncLocalStorage<Run>();
let users = 0;

export async function inRun<Result>(run: Run, fn: () => Result | Promise<Result>): Promise<Awaited<Result>> {
  users++;
  try {
    return await storage.run(run, fn);
  } finally {
    if (--users === 0) storage.disable();
  }
}

export function currentRun(): Run | undefined {
  return users === 0 ? undefined : storage.getStore();
}
