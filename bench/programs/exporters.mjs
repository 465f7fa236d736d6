// Tells 1 to 8 listeners about tokens, and tells what that costs.
import { startClocks } from "../lib/cpu.mjs";
import { input, nextTurn, pause, report, vanish } from "../lib/report.mjs";
import { DISPATCHERS } from "./dispatchers.mjs";
import { tokenAt } from "./tokens.mjs";

const { dispatcher: name, events, perTurn } = input;
const dispatcher = await DISPATCHERS[name](input);

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

/** What a host cannot keep up with it drops, which costs less than delivering it. Long pauses: each costs, too. */
async function catchUp() {
  while (dispatcher.pending() > 2000) await pause(10);
}

await emit(20_000);
await dispatcher.flush();
const clocks = startClocks();
await emit(events);
const { mainCpuMs } = clocks();
await dispatcher.flush();
const { processCpuMs } = clocks();
report({ mainCpuMs, processCpuMs, told: 20_000 + events, accounts: dispatcher.accounts?.() ?? [] });
vanish();
