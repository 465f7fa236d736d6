// Emits more than a pipe holds, then ends as told.
import { CharmEmitter } from "../../../dist/stdout/emitter.js";
import { processWriter } from "../../../dist/stdout/writer.js";
import { report } from "./helpers.mjs";

const [end, lines] = process.argv.slice(2);
const emitter = new CharmEmitter();
for (let index = 0; index < Number(lines); index++) emitter.thinking(`line ${index} ${"x".repeat(80)}\n`);
emitter.final("the answer");
process.on("exit", () => report(emitter.writer.health()));
if (end === "managed") processWriter(8_000_000);
if (end === "exit" || end === "managed") process.exit(7);
if (end === "throw") throw new Error("the agent's own");
