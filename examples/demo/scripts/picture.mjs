// Draws docs/images/demo.svg from a real run: node examples/demo/scripts/picture.mjs (after a build).
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { Board } from "../dist/board.js";
import { parseOptions } from "../dist/options.js";
import { checksOf } from "../dist/outcome.js";
import { renderBoard } from "../dist/render.js";
import { runDemo } from "../dist/run-demo.js";
import { summaryLines } from "../dist/summary.js";
import { COLOURED } from "../dist/text.js";

const COLUMNS = 104;
const FILE = fileURLToPath(new URL("../../../docs/images/demo.svg", import.meta.url));

const options = parseOptions([]);
const board = new Board();
const startedAt = performance.now();
let live;
const outcome = await runDemo(options, {
  board,
  signal: new AbortController().signal,
  onEvent: () => {
    // The moment that is shown: some runs have ended well, some badly, and others are well under way.
    const { running, succeeded, failed } = board.totals;
    const isBusy = running === 4 && [...board.runs.values()].every(({ llmCalls }) => llmCalls > 3);
    if (live === undefined && succeeded > 1 && failed > 1 && isBusy) live = frameLines(performance.now() - startedAt);
  },
});
const checks = checksOf(outcome);
if (!checks.every(({ isTrue }) => isTrue)) throw new Error("The run does not add up: it makes no good picture.");

const dim = (text) => COLOURED("dim", text);
mkdirSync(new URL(".", `file://${FILE}`), { recursive: true });
writeFileSync(
  FILE,
  svg([
    `${dim("$")} npm run demo`,
    "",
    ...live,
    "",
    dim("… and a few seconds later"),
    "",
    ...summaryLines(outcome, checks, { paint: COLOURED, columns: COLUMNS }),
  ]),
);
process.stdout.write(`${FILE}\n`);

function frameLines(elapsedMs) {
  return renderBoard(board, {
    columns: COLUMNS,
    rows: 60,
    elapsedMs,
    tokensPerSecond: board.tokensPerSecond(performance.now()),
    title: `airline-agent → stdout, ${options.exporters.join(", ")}`,
    paint: COLOURED,
  });
}

function svg(lines) {
  const cell = { width: 8.4, height: 19 };
  const pad = 18;
  const columns = Math.max(...lines.map((line) => stringWidth(line)));
  const width = Math.ceil(columns * cell.width + 2 * pad);
  const height = Math.ceil(lines.length * cell.height + 2 * pad);
  const rows = lines.map((line, row) => {
    const y = (pad + (row + 0.75) * cell.height).toFixed(1);
    const spans = segments(line).map(
      // A place and a length for each piece keep columns straight in any font.
      ({ text, column, classes }) =>
        `<tspan x="${(pad + column * cell.width).toFixed(1)}" textLength="${(stringWidth(text) * cell.width).toFixed(1)}"` +
        `${classes === "" ? "" : ` class="${classes}"`}>${escape(text)}</tspan>`,
    );
    return spans.length === 0 ? "" : `<text y="${y}">${spans.join("")}</text>`;
  });
  return `<!-- Made by examples/demo/scripts/picture.mjs from a real run. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d8dee9; white-space: pre; }
.bold { font-weight: bold } .dim { fill-opacity: 0.6 } .red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 }
.blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #56d4dd }
</style>
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
${rows.filter(Boolean).join("\n")}
</svg>
`;
}

/** Pieces of a line that look the same. */
function segments(line) {
  const names = { 1: "bold", 2: "dim", 31: "red", 32: "green", 33: "yellow", 34: "blue", 35: "magenta", 36: "cyan" };
  const on = new Set();
  const found = [];
  let column = 0;
  // oxlint-disable-next-line no-control-regex -- colours begin with the control character ESC
  for (const piece of line.split(/(\u001b\[\d+m)/)) {
    // oxlint-disable-next-line no-control-regex -- the same character
    const code = /^\u001b\[(\d+)m$/.exec(piece)?.[1];
    if (code === undefined) {
      const text = stripVTControlCharacters(piece);
      // Not every renderer keeps blanks: words that are far apart get a place each.
      for (const { 0: words, index } of text.matchAll(/\S+(?: \S+)*/g))
        found.push({ text: words, column: column + stringWidth(text.slice(0, index)), classes: [...on].join(" ") });
      column += stringWidth(text);
    } else if (names[code]) on.add(names[code]);
    else if (code === "39")
      for (const colour of ["red", "green", "yellow", "blue", "magenta", "cyan"]) on.delete(colour);
    else if (code === "22") for (const weight of ["bold", "dim"]) on.delete(weight);
    else on.clear();
  }
  return found;
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
