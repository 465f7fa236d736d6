// An agent that works and tells about each piece of work; tells how long its own work took.
import { startClocks } from "../lib/cpu.mjs";
import { peakMegabytes } from "../lib/memory.mjs";
import { input, nextTurn, pause, report, vanish } from "../lib/report.mjs";
import { busy } from "./busy.mjs";
import { inRuns, TRACERS } from "./tracers.mjs";

const WARM_UP = 2000;
const { tracer: name, spans, iterations, perTurn, isFlushed, lingerMs } = input;
const tracer = await TRACERS[name](input);
const runs = inRuns(tracer);
const work = () => busy(iterations);

async function trace(from, to) {
  for (let index = from; index < to;) {
    const end = Math.min(to, index + perTurn);
    for (; index < end; index++) runs.span(index, work);
    await nextTurn();
  }
}

await trace(0, WARM_UP);
await pause(500);

const clocks = startClocks();
await trace(WARM_UP, WARM_UP + spans);
const { wallMs, mainCpuMs, processCpuMs } = clocks();
const accounts = tracer.accounts?.() ?? [];
if (isFlushed) {
  runs.end();
  await tracer.flush();
}

const peakMb = peakMegabytes();
if (lingerMs !== undefined) await pause(lingerMs);

report({
  wallMs,
  mainCpuMs,
  processCpuMs,
  peakMb,
  ...(lingerMs === undefined ? {} : { laterPeakMb: peakMegabytes() }),
  told: WARM_UP + spans,
  events: tracer.events?.(),
  accounts: isFlushed ? (tracer.accounts?.() ?? []) : accounts,
});
vanish();
