// Emits tokens as fast as it can, in one turn or in many, and tells what they cost.
import { startClocks } from "../lib/cpu.mjs";
import { input, nextTurn, pause, report, vanish } from "../lib/report.mjs";
import { EMITTERS } from "./emitters.mjs";
import { tokenAt } from "./tokens.mjs";

const { emitter: name, warmUp, events, perTurn } = input;
const emitter = await EMITTERS[name]();

async function emit(count) {
  for (let index = 0; index < count;) {
    const end = Math.min(count, index + perTurn);
    for (; index < end; index++) emitter.token(tokenAt(index));
    await nextTurn();
  }
  await emitter.flush();
}

await emit(warmUp);
const clocks = startClocks();
await emit(events);
const cost = clocks();
// Some say that they have flushed a moment before they have.
await pause(50);
report(cost);
vanish();
