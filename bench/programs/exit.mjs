// Tells about a little work, then ends; the harness sees how long that takes.
import { input, pause, report } from "../lib/report.mjs";
import { TRACERS } from "./tracers.mjs";

const { tracer: name, ending } = input;
const tracer = await TRACERS[name](input);
await pause(300);
for (let index = 0; index < 200; index++) tracer.span(index, () => {});
tracer.end?.();
await pause(20);

report({ doneNs: String(process.hrtime.bigint()) });
if (ending === "process.exit") process.exit(0);
// Some reject when they give up.
if (ending === "shutdown") await tracer.shutdown().catch(() => {});
