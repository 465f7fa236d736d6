// check-changes.mjs FOLDER BASE [--report FILE]: judges what the commit in FOLDER changes in its registry since BASE, as its
// author can do. Of FOLDER nothing is run: all that it has is data.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { exitCodeOf, formatFindings } from "../../packages/registry/dist/findings.js";
import { findingsOf } from "./charm-telemetry.mjs";

const INDEX = "registry/telemetry/registry.json";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { report: { type: "string" } } });
const [folder, base] = positionals;
if (folder === undefined || base === undefined) {
  console.error("check-changes.mjs FOLDER BASE [--report FILE]");
  process.exit(2);
}

const findings = findingsOf(["validate", "--changed", base], resolve(folder));
// The list is built after the merge. Who has built it already has built it right, or not at all.
const isIndexChanged = spawnSync("git", ["diff", "--quiet", base, "--", INDEX], { cwd: folder }).status !== 0;
const isReadable = !findings.some(({ severity }) => severity === "error");
if (isIndexChanged && isReadable) findings.push(...findingsOf(["build", "--check"], resolve(folder)));

const exitCode = exitCodeOf(findings);
const isOnGitHub = process.env.GITHUB_ACTIONS === "true";
process.stdout.write(formatFindings(findings, isOnGitHub ? "github" : "text") || "nothing is wrong\n");
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ exitCode, findings }, undefined, 2));
process.exitCode = exitCode;
