// Opens many runs and keeps them open, and tells how much memory that takes.
import { residentMegabytes } from "../lib/memory.mjs";
import { input, nextTurn, pause, report, vanish } from "../lib/report.mjs";
import { TRACERS } from "./tracers.mjs";

const WARM_UP = 500;
const { tracer: name, runs } = input;
const tracer = await TRACERS[name](input);
const nothing = () => {};
let spans = 0;

async function open(count) {
  const opened = [];
  for (let index = 0; index < count; index++) {
    const run = tracer.startRun();
    run.span(spans++, nothing);
    opened.push(run);
    if (index % 20 === 0) await nextTurn();
  }
  return opened;
}

/** What is on its way is sent, and what nobody needs is collected. */
async function settle() {
  await tracer.flush();
  await pause(1500);
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await pause(50);
  }
}

for (const run of await open(WARM_UP)) run.end();
await settle();
const before = { mb: residentMegabytes(), heap: process.memoryUsage().heapUsed };
const opened = await open(runs);
await settle();
const after = { mb: residentMegabytes(), heap: process.memoryUsage().heapUsed };
const perThousand = 1000 / opened.length;
report({
  residentMb: (after.mb - before.mb) * perThousand,
  heapMb: ((after.heap - before.heap) / 1e6) * perThousand,
  processMb: after.mb,
  events: tracer.events?.(),
  accounts: tracer.accounts?.() ?? [],
});
vanish();
