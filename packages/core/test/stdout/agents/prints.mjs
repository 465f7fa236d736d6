// Prints long lines and emits events, in turns, and ends as told while prints still wait.
import { CharmEmitter } from "../../../dist/stdout/emitter.js";
import { isStdoutNonBlocking, report, turn } from "./helpers.mjs";

const [count, bytes, end] = process.argv.slice(2);
const emitter = new CharmEmitter();
emitter.status("before the first print");
await turn();
const before = { isNonBlocking: isStdoutNonBlocking(), getter: getterName() };
for (let index = 0; index < Number(count); index++) {
  emitter.delta(`event ${index}`);
  console.log(`print ${index} ${"x".repeat(Number(bytes))} end`);
  emitter.thinking(`event ${index} again\n`);
  if (index % 3 === 0) await turn();
}
emitter.final("the answer");
const after = { isNonBlocking: isStdoutNonBlocking(), getter: getterName() };
process.on("exit", () => report({ before, after, health: emitter.writer.health() }));
if (end === "exit") process.exit(0);

function getterName() {
  return Object.getOwnPropertyDescriptor(process, "stdout").get?.name;
}
