// check-changes.mjs BASE [--report FILE]: judges what a pull request changes in the registry, as its author can do.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { formatFindings } from "../../packages/registry/dist/report/report.js";
import { root } from "../repository.mjs";
import { charmTelemetry, validate } from "./charm-telemetry.mjs";

const INDEX = "registry/telemetry/registry.json";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { report: { type: "string" }, offline: { type: "boolean" }, registry: { type: "string" } },
});
const [base] = positionals;
if (base === undefined) {
  console.error("check-changes.mjs BASE [--report FILE] [--offline] [--registry URL]");
  process.exit(2);
}
const options = [
  ...(values.offline === true ? ["--offline"] : []),
  ...(values.registry === undefined ? [] : ["--registry", values.registry]),
];

const { exitCode, findings } = validate(["--changed", base, ...options]);
// The list is built after the merge. Who has built it already has built it right, or not at all.
const isListChanged = spawnSync("git", ["diff", "--quiet", base, "--", INDEX], { cwd: root }).status !== 0;
const drift = isListChanged ? charmTelemetry(["registry", "build", "--check", "--format", "json"]) : { code: 0 };
if (drift.code !== 0) findings.push(...JSON.parse(drift.output.slice(drift.output.indexOf("{"))).findings);

process.stdout.write(formatFindings(findings, process.env.GITHUB_ACTIONS === "true" ? "github" : "text"));
const result = exitCode === 0 ? Math.min(drift.code, 1) : exitCode;
if (values.report !== undefined)
  writeFileSync(resolve(values.report), JSON.stringify({ exitCode: result, findings }, undefined, 2));
process.exitCode = result;
