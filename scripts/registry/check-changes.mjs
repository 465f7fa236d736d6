// check-changes.mjs FOLDER BASE [--report FILE]: judges what the commit in FOLDER changes in its registry since BASE, as its
// author can do. Of FOLDER nothing is run: all that it has is data.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { exitCodeOf, formatFindings } from "../../packages/registry/dist/findings.js";
import { findingsOf } from "./charm-telemetry.mjs";

const REGISTRY = "registry/telemetry";
const INDEX = `${REGISTRY}/registry.json`;
/** What authors write, and the list, which is compared with what it has to be. */
const OF_AUTHORS = ["manifests/", "removed/", "registry.json", "README.md"].map((path) => `${REGISTRY}/${path}`);

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

findings.push(...changedPaths().filter(isKept).map(keptByOthers));

const exitCode = exitCodeOf(findings);
const isOnGitHub = process.env.GITHUB_ACTIONS === "true";
process.stdout.write(formatFindings(findings, isOnGitHub ? "github" : "text") || "nothing is wrong\n");
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ exitCode, findings }, undefined, 2));
process.exitCode = exitCode;

function changedPaths() {
  const args = ["diff", "--name-only", "--no-renames", "-z", "--merge-base", base, "--", REGISTRY];
  const { status, stdout } = spawnSync("git", args, { cwd: folder, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`git diff ended with ${status}`);
  return stdout.split("\0").filter((path) => path !== "");
}

/** Badges, exceptions and schemas: who could write them with an entry could let it pass. */
function isKept(path) {
  return !OF_AUTHORS.some((allowed) => (allowed.endsWith("/") ? path.startsWith(allowed) : path === allowed));
}

function keptByOthers(file) {
  const message = "kept by maintainers and the nightly check";
  const want = "a pull request of its own";
  return { file, line: 1, column: 1, severity: "error", rule: "registry-files", message, want };
}
