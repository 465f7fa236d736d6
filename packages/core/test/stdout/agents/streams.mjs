// Streams tokens while nobody reads, says so, then answers and ends when told to.
import { CharmEmitter } from "../../../dist/stdout/emitter.js";
import { processWriter } from "../../../dist/stdout/writer.js?second-copy";
import { report, turn, untilGo } from "./helpers.mjs";

const [turns, tokensPerTurn, bufferBytes] = process.argv.slice(2).map(Number);
const emitter = new CharmEmitter();
const { writer } = emitter;
if (bufferBytes > 0) writer.bufferBytes = bufferBytes;
if (writer !== processWriter()) throw new Error("Two copies of core have two writers.");

let emitted = 0;
for (let index = 0; index < turns; index++) {
  for (let token = 0; token < tokensPerTurn; token++) emitter.delta(` token ${emitted++}`);
  await turn();
}
report({ emitted, health: writer.health(), heapBytes: process.memoryUsage().heapUsed });
await untilGo();
emitter.final("the answer");
await writer.flush(20_000);
report(writer.health());
