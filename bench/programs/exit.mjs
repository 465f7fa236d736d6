// Tells about a little work, then ends; the harness sees how long that takes.
import { input, pause, report } from "../lib/report.mjs";
import { inRuns, TRACERS } from "./tracers.mjs";

const { tracer: name, ending, spans } = input;
const tracer = await TRACERS[name](input);
await pause(300);
const runs = inRuns(tracer);
for (let index = 0; index < spans; index++) runs.span(index, () => {});
runs.end();
await pause(20);

report({ doneNs: String(process.hrtime.bigint()) });
if (ending === "process.exit") process.exit(0);
// Some reject when they give up.
if (ending === "shutdown") await tracer.shutdown().catch(() => {});
