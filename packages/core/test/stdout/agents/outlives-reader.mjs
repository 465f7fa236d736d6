// Goes on emitting after the reader has gone, and ends with a code of its own.
import { CharmEmitter } from "../../../dist/stdout/emitter.js";
import { report, turn, untilGo } from "./helpers.mjs";

const emitter = new CharmEmitter();
emitter.status("hello");
await turn();
report("hello");
await untilGo();
for (let index = 0; index < 1000; index++) {
  emitter.delta(`token ${index}`);
  if (index % 10 === 0) await turn();
}
emitter.error("the last words");
await emitter.writer.flush(20_000);
report(emitter.writer.health());
process.exitCode = 5;
