// The last line of a run of CI: all tests of all runs, from the reports that vitest has left in coverage/ (or the folder
// that is given).
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "./repository.mjs";

const folder = process.argv[2] ?? join(root, "coverage");
const reports = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => /^vitest.*\.json$/.test(file))
      .map((file) => readJson(join(folder, file)))
  : [];
const sum = (key) => reports.reduce((total, report) => total + report[key], 0);

const passed = sum("numPassedTests");
// A file that cannot even be read has no tests that could have failed.
const brokenFiles = reports.flatMap((report) =>
  report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0),
).length;
const failed = sum("numFailedTests") + brokenFiles;
const skipped = sum("numPendingTests") + sum("numTodoTests");
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
