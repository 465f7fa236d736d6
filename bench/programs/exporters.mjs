// Tells 1 to 8 listeners about tokens, and tells what that costs.
import { mainThreadClock, startClocks } from "../lib/cpu.mjs";
import { input, nextTurn, pause, report, vanish } from "../lib/report.mjs";
import { DISPATCHERS } from "./dispatchers.mjs";
import { tokenAt } from "./tokens.mjs";

const { dispatcher: name, events, perTurn } = input;
const dispatcher = await DISPATCHERS[name](input);

let waitedMs = 0;

async function emit(count) {
  for (let index = 0; index < count;) {
    const end = Math.min(count, index + perTurn);
    for (; index < end; index++) {
      const pending = dispatcher.token(tokenAt(index));
      if (pending !== undefined) await pending;
    }
    await nextTurn();
    if (index % 1000 === 0 && dispatcher.pending?.() > 8000) await catchUp();
  }
}

/** What a host cannot keep up with it drops, which costs less than delivering it. Waiting is no part of the cost. */
async function catchUp() {
  const before = mainThreadClock.read();
  while (dispatcher.pending() > 2000) await pause(10);
  waitedMs += mainThreadClock.read() - before;
}

await emit(20_000);
await dispatcher.flush();
const clocks = startClocks();
waitedMs = 0;
await emit(events);
const mainCpuMs = clocks().mainCpuMs - waitedMs;
await dispatcher.flush();
const { processCpuMs } = clocks();
report({ mainCpuMs, processCpuMs, told: 20_000 + events, accounts: dispatcher.accounts?.() ?? [] });
vanish();
