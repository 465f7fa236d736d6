// The tests that depend on Node itself: they start processes and threads, and write to pipes.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./repository.mjs";

/** Files and folders, from the root. */
const SUITES = [
  "packages/core/test/auto.test.ts",
  "packages/core/test/diagnostics.test.ts",
  "packages/core/test/ends",
  "packages/core/test/host",
  "packages/core/test/ledger.test.ts",
  "packages/core/test/prints.test.ts",
  "packages/core/test/published.test.ts",
  "packages/core/test/run-output.test.ts",
  "packages/core/test/stdout",
  "packages/runner/test/run-agent.test.ts",
];

/** In which exporters' packages have agents in processes of their own. */
const OF_EXPORTERS = ["process.test.ts", "isolation.test.ts"];

export function nodeSuites() {
  const ofExporters = readdirSync(join(root, "packages"))
    .flatMap((name) => OF_EXPORTERS.map((file) => `packages/${name}/test/${file}`))
    .filter((path) => existsSync(join(root, path)));
  return checkSuites([...SUITES, ...ofExporters]);
}

/** @throws Error for a suite without a test: nobody would miss what does not run. */
export function checkSuites(suites) {
  const empty = suites.filter((suite) => !hasTests(join(root, suite)));
  if (empty.length > 0)
    throw new Error(`no tests in ${empty.join(", ")}: put the name right in scripts/node-suites.mjs`);
  return suites;
}

function hasTests(path) {
  if (!existsSync(path)) return false;
  return path.endsWith(".test.ts") || readdirSync(path).some((name) => name.endsWith(".test.ts"));
}
