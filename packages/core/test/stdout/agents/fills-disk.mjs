// Emits until the disk is full, waits for room, and emits again.
import { CharmEmitter } from "../../../dist/stdout/emitter.js";
import { report, turn, untilGo } from "./helpers.mjs";

const emitter = new CharmEmitter();
const { writer } = emitter;
let emitted = 0;
while (writer.health().droppedBy.delta === undefined) {
  for (let index = 0; index < 70; index++) emitter.delta(`token ${emitted++}`);
  await turn();
}
emitter.final("lost");
await turn();
report({ emitted, health: writer.health() });
await untilGo();
emitter.final("the answer");
await turn();
report(writer.health());
process.exitCode = 4;
