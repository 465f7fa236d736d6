// Emits at a steady rate while its reader sleeps, and tells for how long it was stopped itself.
import { peakMegabytes } from "../lib/memory.mjs";
import { input, pause, report, vanish } from "../lib/report.mjs";
import { EMITTERS } from "./emitters.mjs";
import { emitPaced } from "./paced.mjs";
import { tokenAt } from "./tokens.mjs";

const emitter = await EMITTERS[input.emitter]();

const longestTurnMs = await emitPaced(input, (index) => emitter.token(tokenAt(index)));
await emitter.flush();
await pause(50);
report({ longestTurnMs, peakMb: peakMegabytes() });
vanish();
