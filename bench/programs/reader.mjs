// Reads lines from stdin and tells how many there were, and when each was there. May fall asleep once.
import { readSync } from "node:fs";
import { input } from "../lib/report.mjs";

const { noteTimes = false, sleepAfterMs, sleepMs } = input;
const NEWLINE = 10;
const chunk = Buffer.alloc(64 * 1024);
const readUs = [];
let lines = 0;
let firstNs;
let hasSlept = sleepMs === undefined;

for (;;) {
  const length = readSync(0, chunk, 0, chunk.length, null);
  if (length === 0) break;
  const nowNs = process.hrtime.bigint();
  const nowUs = Number(nowNs) / 1000;
  for (let at = chunk.indexOf(NEWLINE); at !== -1 && at < length; at = chunk.indexOf(NEWLINE, at + 1)) {
    lines++;
    if (noteTimes) readUs.push(nowUs);
  }
  firstNs ??= nowNs;
  if (!hasSlept && Number(nowNs - firstNs) > sleepAfterMs * 1e6) {
    hasSlept = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, sleepMs);
  }
}
console.log(JSON.stringify({ lines, readUs }));
