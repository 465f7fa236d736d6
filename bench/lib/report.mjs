import { writeSync } from "node:fs";

/** What a program was told to do. */
export const input = JSON.parse(process.argv[2] ?? "{}");

/** Hands a program's result to the harness: its stdout is part of what is measured. */
export function report(result) {
  const text = JSON.stringify(result);
  for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(writeSync(3, rest));
}

/** Ends the process without anything that a subject does at its end. */
export function vanish() {
  process.kill(process.pid, "SIGKILL");
}

export function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve));
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
