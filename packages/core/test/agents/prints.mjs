// Prints in all the ways there are, after its prints have been intercepted; tells the test what became of them.
import { writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { interceptPrints } from "../../dist/prints.js";

const lines = [];
const giveLast = interceptPrints((line) => lines.push(line));

console.log("log", { a: 1 });
console.info("two\nlines");
console.log("windows\r");
process.stdout.write("a ");
process.stdout.write("line ");
process.stdout.write("in pieces\n");
for (const byte of Buffer.from("ünïcödé 😀\n")) process.stdout.write(Uint8Array.of(byte));
process.stdout.write("c3a9740a", "hex");
await new Promise((resolve) => process.stdout.write("with a callback\n", resolve));
await new Promise((resolve) => process.stdout.write("with an encoding and a callback\n", "utf8", resolve));
for await (const chunk of Readable.from(["piped ", "text\n"])) process.stdout.write(chunk);
Readable.from(["through pipe()\n"]).pipe(process.stdout, { end: false });
await pipeline(Readable.from(["through pipeline()\n"]), process.stdout, { end: false });
let thrown;
try {
  process.stdout.write(5);
} catch (error) {
  thrown = error.name;
}
console.error("stderr stays");
const before = lines.length;
process.stdout.write("x".repeat(70_000));
const longest = Math.max(...lines.slice(before).map((line) => line.length));
await new Promise((resolve) => process.stdout.end("ended with text and a callback\n", resolve));
process.stdout.write("no end");
giveLast();
giveLast();
writeSync(1, "the descriptor is open\n");
writeSync(3, `${JSON.stringify({ lines: lines.map((line) => line.slice(0, 100)), longest, thrown })}\n`);
