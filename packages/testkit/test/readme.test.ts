import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { loadRecordings, RECORDING_SOURCES } from "../src/index.ts";
import { llmSteps, sumOf, toolCalls } from "./support/runs.ts";

const run = promisify(execFile);
const packageFolder = join(import.meta.dirname, "..");
const readme = await readFile(join(packageFolder, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map((match) => match[1] ?? "");

/** Runs code as an ES module beside the package, which it imports by name: the built one. */
async function runModule(code: string): Promise<string> {
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { cwd: packageFolder });
  return stdout;
}

test("the README's figures of recorded runs are true", () => {
  const figures = [...readme.matchAll(/^\| `([a-z-]+)` .*?\| ([\d |]+) \|$/gm)].map(([, source, numbers = ""]) => [
    source,
    ...numbers.split("|").map((number) => Number(number.replaceAll(" ", ""))),
  ]);
  expect(figures).toEqual(
    RECORDING_SOURCES.map((source) => {
      const runs = loadRecordings(source);
      const tokens = sumOf(llmSteps(runs), (step) => step.tokens.length);
      return [source, runs.length, llmSteps(runs).length, toolCalls(runs).length, tokens];
    }),
  );
});

describe("the README's code", () => {
  test("plays a recorded run", async () => {
    expect(await runModule(blocks[0] ?? "")).toContain('__CHARM_EVENT__{"type":"delta"');
  });

  test("meets faults and refusals in the order that it says", async () => {
    const lines = (await runModule(blocks[1] ?? "")).trimEnd().split("\n");
    expect(lines.map((line) => line.slice(0, 3))).toEqual(["503", "503", "400"]);
    expect(lines[2]).toContain("data.attributes.spans[0].trace_id");
  });

  test("is in these two blocks", () => {
    expect(blocks).toHaveLength(2);
  });
});
