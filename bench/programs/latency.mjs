// Emits at a steady rate and tells when each token was emitted, on the clock that the reader shares.
import { input, pause, report, vanish } from "../lib/report.mjs";
import { EMITTERS } from "./emitters.mjs";
import { emitPaced } from "./paced.mjs";
import { tokenAt } from "./tokens.mjs";

const emitter = await EMITTERS[input.emitter]();
const emittedUs = new Float64Array(input.events);

await emitPaced(
  input,
  (index) => emitter.token(tokenAt(index)),
  (index) => (emittedUs[index] = Number(process.hrtime.bigint()) / 1000),
);
await emitter.flush();
await pause(50);
report({ emittedUs: [...emittedUs] });
vanish();
