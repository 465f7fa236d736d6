// Tells about spans at a given rate, or as fast as they get delivered.
import { startClocks } from "../lib/cpu.mjs";
import { input, nextTurn, pause, report, vanish } from "../lib/report.mjs";
import { emitPaced } from "./paced.mjs";
import { inRuns, TRACERS } from "./tracers.mjs";

const { tracer: name, spans, perSecond, atMostPending } = input;
const tracer = await TRACERS[name](input);
const runs = inRuns(tracer);
const nothing = () => {};

async function asFastAsDelivered(from, to) {
  for (let index = from; index < to;) {
    const end = Math.min(to, index + 200);
    for (; index < end; index++) runs.span(index, nothing);
    await nextTurn();
    if (tracer.accounts === undefined) {
      if (index % atMostPending === 0) await tracer.flush();
    } else while (mostPending() > atMostPending) await pause(1);
  }
}

function mostPending() {
  return Math.max(...tracer.accounts().map(({ pending }) => pending));
}

const WARM_UP = 2000;
await asFastAsDelivered(0, WARM_UP);
await tracer.flush();

const clocks = startClocks();
if (perSecond === undefined) await asFastAsDelivered(WARM_UP, WARM_UP + spans);
else await emitPaced({ events: spans, perSecond }, (index) => runs.span(WARM_UP + index, nothing));
await tracer.flush();
report({ ...clocks(), told: WARM_UP + spans, events: tracer.events?.(), accounts: tracer.accounts?.() ?? [] });
vanish();
