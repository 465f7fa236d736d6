// first-party-facts.mjs FILE: facts of our own exporters, made of what would be published, for as long as npm has none.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describePackage, openTarball } from "../../packages/registry/dist/package/index.js";
import { pnpm, publishablePackages, readJson, root, run } from "../repository.mjs";
import { charmTelemetry } from "./charm-telemetry.mjs";

const manifests = join(root, "registry/telemetry/manifests");
const listed = new Map(
  readdirSync(manifests)
    .filter((file) => /^[^_].*\.json$/.test(file))
    .map((file) => readJson(join(manifests, file)))
    .map((manifest) => [manifest.npm_package, manifest]),
);
const folder = mkdtempSync(join(tmpdir(), "charm-facts-"));
const facts = {};
try {
  for (const path of publishablePackages()) {
    const manifest = listed.get(readJson(join(path, "package.json")).name);
    if (manifest !== undefined) facts[manifest.npm_package] = await factsOf(path, manifest);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const text = `${JSON.stringify(facts, undefined, 2)}\n`;
if (process.argv[2] === undefined) process.stdout.write(text);
else writeFileSync(resolve(process.argv[2]), text);

async function factsOf(path, { id, version }) {
  const tarball = join(folder, `${id}.tgz`);
  const packed = run(pnpm("pack", "--out", tarball), { cwd: path });
  if (packed.code !== 0) throw new Error(packed.output);
  const opened = await openTarball(tarball);
  const description = opened.files && describePackage(opened.files);
  if (description === undefined || "rule" in description)
    throw new Error(`${path} cannot be opened: ${opened.problems}`);

  const { output } = charmTelemetry(["prepublish", path, "--tarball", tarball, "--json"]);
  const { findings } = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
  const refused = findings.find(({ rule, severity }) => rule.startsWith("entry-point") && severity === "error");
  return {
    // Before the first release all packages are 0.0.0, which stands for the version that comes next.
    version: description.version === "0.0.0" ? version : description.version,
    license: description.license ?? null,
    repository: description.repository ?? null,
    entry_points: { "charm.telemetry": Object.fromEntries(description.entryPoints) },
    implements_contract: refused === undefined ? true : refused.message,
    install_scripts: description.installScripts,
    provenance: null,
    deprecated: false,
  };
}
