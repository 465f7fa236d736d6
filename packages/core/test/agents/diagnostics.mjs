// Says what it is told on stdin's behalf: one JSON list of [level, message] as argument.
import { readFileSync, writeSync } from "node:fs";
import { Diagnostics } from "../../dist/diagnostics.js";

const { isDebug, failsToMask, secret, says, times = 1 } = JSON.parse(process.argv[2]);
const diagnostics = new Diagnostics(isDebug);
if (secret !== undefined) diagnostics.mask = (text) => text.replaceAll(secret, "[MASKED]");
if (failsToMask)
  diagnostics.mask = (text) => {
    throw new Error(text);
  };
for (let time = 0; time < times; time++)
  for (const [level, message] of says) diagnostics[level](message.replace("%d", String(time)));
const flags = /flags:\s*(\d+)/.exec(readFileSync("/proc/self/fdinfo/2", "utf8"))?.[1] ?? "0";
writeSync(3, `${JSON.stringify({ isStderrNonBlocking: (Number.parseInt(flags, 8) & 0o4000) !== 0 })}\n`);
