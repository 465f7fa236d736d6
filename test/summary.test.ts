import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ROOT } from "./support/repository.ts";

function summarise(reports: Record<string, object>): { line: string; code: number | null } {
  const folder = mkdtempSync(join(tmpdir(), "charm-summary-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, report] of Object.entries(reports)) writeFileSync(join(folder, name), JSON.stringify(report));
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, "scripts/summary.mjs"), folder], {
    encoding: "utf8",
  });
  return { line: stdout, code: status };
}

function report(numPassedTests: number, numFailedTests: number, more: object = {}): object {
  return { numPassedTests, numFailedTests, numPendingTests: 0, numTodoTests: 0, testResults: [], ...more };
}

it("adds up the runs on all versions of Node", () => {
  const reports = { "vitest.json": report(10, 0), "vitest-node22.json": report(3, 0), "coverage-summary.json": {} };
  expect(summarise(reports)).toEqual({ line: "13 passed, 0 failed\n", code: 0 });
});

it("fails when one test of one run has failed", () => {
  const reports = { "vitest.json": report(10, 0, { numPendingTests: 2 }), "vitest-node22.json": report(2, 1) };
  expect(summarise(reports)).toEqual({ line: "12 passed, 1 failed, 2 skipped\n", code: 1 });
});

it("counts a file that could not be read as a failure", () => {
  const testResults = [{ status: "failed", assertionResults: [] }];
  expect(summarise({ "vitest.json": report(10, 0, { testResults }) })).toEqual({
    line: "10 passed, 1 failed\n",
    code: 1,
  });
});

it("fails when nothing has run", () => {
  expect(summarise({})).toEqual({ line: "0 passed, 0 failed\n", code: 1 });
});
