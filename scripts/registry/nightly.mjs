// nightly.mjs FACTS [--offline] [--registry URL]: judges every entry anew, and writes what the Plugins page shows of it into
// FACTS. An entry that fails is left alone by this script: it is stale after a week, hidden after a month, and deleted by
// nobody but a person.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readJson, root, run } from "../repository.mjs";
import { packumentOf } from "../release/npm-registry.mjs";
import { validate } from "./charm-telemetry.mjs";
import { nextFacts } from "./health.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { report: { type: "string" }, registry: { type: "string" } },
});
const factsFile = resolve(positionals[0] ?? join(root, "registry/telemetry/facts.json"));
const { exporters } = readJson(join(root, "registry/telemetry/registry.json"));
const ours = new Set(["datadog", "langsmith", "sentry"]);

// Our own exporters are checked as this repository packs them until npm has them.
const unpublished = [];
for (const { id, npm_package: name } of exporters)
  if (ours.has(id) && (await packumentOf(name)) === undefined) unpublished.push(id);

const online = exporters.filter(({ id }) => !unpublished.includes(id)).map(({ id }) => pathOf(id));
const registry = values.registry === undefined ? [] : ["--registry", values.registry];
const findings = [
  ...(online.length === 0 ? [] : validate([...online, ...registry]).findings),
  ...(unpublished.length === 0 ? [] : validateUnpublished(unpublished)),
];

const previous = existsSync(factsFile) ? readJson(factsFile) : { version: "1.0", exporters: {} };
const facts = nextFacts({ previous, ids: exporters.map(({ id }) => id), unpublished, findings, now: new Date() });
writeFileSync(factsFile, `${JSON.stringify(facts, undefined, 2)}\n`);
if (values.report !== undefined)
  writeFileSync(resolve(values.report), JSON.stringify({ facts, findings }, undefined, 2));
for (const [id, { health, failing_since: since }] of Object.entries(facts.exporters))
  console.log(`${id}: ${health}${since === undefined ? "" : `, failing since ${since}`}`);

function pathOf(id) {
  return `registry/telemetry/manifests/${id}.json`;
}

function validateUnpublished(ids) {
  const folder = mkdtempSync(join(tmpdir(), "charm-nightly-"));
  try {
    const file = join(folder, "facts.json");
    const made = run([process.execPath, join(root, "scripts/registry/first-party-facts.mjs"), file]);
    if (made.code !== 0) throw new Error(made.output);
    return validate([...ids.map(pathOf), "--facts", relative(root, file)]).findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
