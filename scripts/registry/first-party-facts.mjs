// first-party-facts.mjs FILE: writes the facts of our own exporters, made from what would be published, for
// `charm-telemetry registry validate --facts FILE`: npm cannot be asked for what it does not have yet.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describePackage, factsOfPackage, openTarball } from "../../packages/registry/dist/package/index.js";
import { pnpm, readJson, root, run } from "../repository.mjs";

const MANIFESTS = join(root, "registry/telemetry/manifests");

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node scripts/registry/first-party-facts.mjs FILE");

const listed = readdirSync(MANIFESTS)
  .filter((name) => name.endsWith(".json") && !name.startsWith("_"))
  .map((name) => readJson(join(MANIFESTS, name)))
  .filter(({ npm_package: name }) => name.startsWith("@charm/"));
const folder = mkdtempSync(join(tmpdir(), "charm-facts-"));
try {
  const filters = listed.map(({ npm_package: name }) => `--filter=${name}`);
  const { code, output } = run(pnpm("--recursive", ...filters, "pack", "--pack-destination", folder));
  if (code !== 0) throw new Error(`pnpm could not pack:\n${output}`);
  const facts = await Promise.all(readdirSync(folder).map((tarball) => factsOf(join(folder, tarball))));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(facts), null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

async function factsOf(tarball) {
  const { files, problems } = await openTarball(tarball);
  if (files === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const description = describePackage(files);
  const manifest = listed.find(({ npm_package: name }) => name === description.name);
  const known = await factsOfPackage(description, { id: manifest.id });
  // What is listed is a release; here the next one is in the making, or the first.
  return [description.name, { ...known, version: manifest.version }];
}
