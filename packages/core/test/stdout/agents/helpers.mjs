import { once } from "node:events";
import { readFileSync, writeSync } from "node:fs";

/** Tells the test something, past stdout and stderr. */
export function report(value) {
  writeSync(3, `${JSON.stringify(value)}\n`);
}

export function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for the test. */
export async function untilGo() {
  await once(process.stdin, "data");
  process.stdin.pause();
}

/** Whether fd 1, as everybody who has it sees it, is non-blocking. */
export function isStdoutNonBlocking() {
  const flags = /flags:\s*(\d+)/.exec(readFileSync("/proc/self/fdinfo/1", "utf8"))[1];
  return (Number.parseInt(flags, 8) & 0o4000) !== 0;
}
