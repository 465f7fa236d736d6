import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeMachine } from "./lib/machine.mjs";
import { helpText, readOptions } from "./lib/options.mjs";
import { CORE_URL } from "./lib/paths.mjs";
import { renderMarkdown, renderText } from "./lib/render.mjs";
import { runSuite } from "./lib/run-suite.mjs";
import { backend } from "./suites/backend.mjs";
import { cost } from "./suites/cost.mjs";
import { exit } from "./suites/exit.mjs";
import { exporters } from "./suites/exporters.mjs";
import { imports } from "./suites/imports.mjs";
import { latency } from "./suites/latency.mjs";
import { memory } from "./suites/memory.mjs";
import { asleep } from "./suites/asleep.mjs";
import { size } from "./suites/size.mjs";
import { sustained } from "./suites/sustained.mjs";
import { token } from "./suites/token.mjs";

const SUITES = [token, latency, asleep, exporters, cost, backend, sustained, memory, exit, imports, size];
const PAGE = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));

async function main() {
  const options = readOptions(
    process.argv.slice(2),
    SUITES.map(({ name }) => name),
  );
  if (options.problem !== undefined) return fail(options.problem, 2);
  if (options.help) return console.log(helpText(SUITES));
  if (!existsSync(fileURLToPath(CORE_URL)))
    return fail("packages/core is not built. Run `npm run bench` at the root.", 2);

  const start = performance.now();
  const machine = describeMachine(options.quick);
  const chosen = SUITES.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const suites = [];
  for (const suite of chosen) {
    const [full, quick] = suite.repetitions;
    const plan = { ...suite, ...suite.plan(options.quick) };
    suites.push(await runSuite(plan, options.quick ? quick : full, progress));
  }
  progress("", true);

  const minutes = (performance.now() - start) / 60_000;
  const results = { machine: { ...machine, minutes }, suites };
  if (options.json) console.log(JSON.stringify(results, undefined, 2));
  else if (options.markdown) process.stdout.write(renderMarkdown(results));
  else process.stdout.write(renderText(results));
  if (options.update) updatePage(renderMarkdown(results));
  if (!suites.every(isMeasured)) process.exitCode = 1;
}

function isMeasured({ cases, targets }) {
  return (
    cases.every(({ failed }) => failed === undefined) && targets.every(({ verdict }) => verdict !== "not measured")
  );
}

function updatePage(markdown) {
  const [start, end] = ["<!-- results: made by `npm run bench -- --update` -->", "<!-- end of results -->"];
  const page = readFileSync(PAGE, "utf8");
  const [before, rest] = page.split(start);
  const after = rest.split(end)[1];
  writeFileSync(PAGE, `${before}${start}\n\n${markdown}\n${end}${after}`);
}

/** One line that is overwritten on a terminal, lines elsewhere. */
function progress(text, isKept = false) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}${isKept && text !== "" ? "\n" : ""}`);
  else if (text !== "") process.stderr.write(`${text}\n`);
}

function fail(problem, code) {
  console.error(problem);
  process.exitCode = code;
}

await main();
