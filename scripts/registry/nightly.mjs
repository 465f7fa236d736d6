// nightly.mjs FACTS [--report FILE]: judges every listed entry anew, and writes what the Plugins page shows of it into FACTS.
// An entry that fails is left alone by this script: it is stale after a week, hidden after a month, and deleted by nobody but
// a person.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exitCodeOf, formatFindings } from "../../packages/registry/dist/findings.js";
import { readJson, root, run } from "../repository.mjs";
import { packumentOf } from "../release/npm-registry.mjs";
import { findingsOf } from "./charm-telemetry.mjs";
import { nextFacts } from "./health.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { report: { type: "string" } } });
const [factsFile] = positionals;
if (factsFile === undefined) {
  console.error("nightly.mjs FACTS [--report FILE]");
  process.exit(2);
}

const { exporters } = readJson(join(root, "registry/telemetry/registry.json"));
const ids = exporters.map(({ id }) => id);
const unpublished = await idsOfUnpublished();
const online = ids.filter((id) => !unpublished.includes(id));
const findings = [
  ...(online.length === 0 ? [] : findingsOf(["validate", ...online.map(pathOf)])),
  ...(unpublished.length === 0 ? [] : findingsOfUnpublished()),
];

const previous = existsSync(factsFile) ? readJson(factsFile) : { version: "1.0", exporters: {} };
const facts = nextFacts({ previous, ids, unpublished, findings, now: new Date() });
writeFileSync(factsFile, `${JSON.stringify(facts, undefined, 2)}\n`);
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ facts, findings }, undefined, 2));
process.stdout.write(formatFindings(findings, process.env.GITHUB_ACTIONS === "true" ? "github" : "text"));
for (const [id, { health, failing_since: since }] of Object.entries(facts.exporters))
  console.log(`${id}: ${health}${since === undefined ? "" : `, failing since ${since}`}`);
process.exitCode = exitCodeOf(findings);

/** Our own exporters, until npm has them, are checked as this repository packs them. */
async function idsOfUnpublished() {
  const ours = exporters.filter(({ npm_package: name }) => name.startsWith("@charm/"));
  const known = await Promise.all(ours.map(({ npm_package: name }) => packumentOf(name)));
  return ours.filter((_, index) => known[index] === undefined).map(({ id }) => id);
}

function findingsOfUnpublished() {
  const folder = mkdtempSync(join(tmpdir(), "charm-nightly-"));
  try {
    const file = join(folder, "facts.json");
    const made = run([process.execPath, join(root, "scripts/registry/first-party-facts.mjs"), file]);
    if (made.code !== 0) throw new Error(made.output);
    return findingsOf(["validate", ...unpublished.map(pathOf), "--facts", file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pathOf(id) {
  return `registry/telemetry/manifests/${id}.json`;
}
