// smoke.mjs FOLDER: installs each released package from npm into an empty folder, as a stranger would, and imports all its
// entry points. What fails is in FOLDER/failures.md, for an issue.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { packumentOf } from "./npm-registry.mjs";
import { main, Refusal } from "./refusal.mjs";
import { readRelease } from "./release-folder.mjs";

/** npm needs a moment until all its mirrors have a new version. */
const MIRROR_TRIES = 30;
const MIRROR_PAUSE_MS = Number(process.env.SMOKE_PAUSE_MS ?? 4000);

await main(async () => {
  const release = process.argv[2] ?? "release";
  const failures = [];
  for (const { name, version } of readRelease(release)) {
    const error = await failureOf(name, version);
    console.log(error === undefined ? `✓ ${name}@${version}` : `✗ ${name}@${version}: ${error}`);
    if (error !== undefined) failures.push(`- \`${name}@${version}\`: \`${error.replaceAll("`", "'")}\``);
  }
  if (failures.length === 0) return;
  const text = `Released, but not usable after \`npm install\` into an empty folder:\n\n${failures.join("\n")}\n`;
  writeFileSync(join(release, "failures.md"), text);
  throw new Refusal("smoke", `${failures.length} of the released packages cannot be used; see failures.md`);
});

/** One line that says what is wrong; undefined when nothing is. */
async function failureOf(name, version) {
  if (!(await isServed(name, version))) return "npm does not serve it";
  const folder = mkdtempSync(join(tmpdir(), "charm-smoke-"));
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "smoke", private: true, type: "module" }));
    const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const failed = start(folder, "npm", [...install, `${name}@${version}`]);
    if (failed !== undefined) return failed;
    const packageJson = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"));
    const peers = optionalPeers(packageJson);
    const failedPeers = peers.length > 0 ? start(folder, "npm", [...install, ...peers]) : undefined;
    return failedPeers ?? firstFailure(folder, name, packageJson);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function firstFailure(folder, name, packageJson) {
  for (const specifier of entryPoints(name, packageJson)) {
    const failed = start(folder, process.execPath, ["--input-type=module", "--eval", `await import("${specifier}")`]);
    if (failed !== undefined) return `${specifier}: ${failed}`;
  }
  for (const command of Object.keys(packageJson.bin ?? {})) {
    const failed = start(folder, join(folder, "node_modules/.bin", command), ["--help"]);
    if (failed !== undefined) return `${command} --help: ${failed}`;
  }
  return undefined;
}

/** Those that do nothing but be imported. */
function entryPoints(name, { exports = {}, sideEffects = false }) {
  const programs = Array.isArray(sideEffects) ? sideEffects : [];
  return Object.entries(exports)
    .map(([subpath, target]) => [name + subpath.slice(1), typeof target === "string" ? target : target.default])
    .filter(([, file]) => file?.endsWith(".js") && !programs.includes(file))
    .map(([specifier]) => specifier);
}

function optionalPeers({ peerDependencies = {}, peerDependenciesMeta = {} }) {
  return Object.entries(peerDependencies)
    .filter(([peer]) => peerDependenciesMeta[peer]?.optional)
    .map(([peer, range]) => `${peer}@${range}`);
}

/** Undefined, or the line of its stderr that says what went wrong. */
function start(cwd, command, args) {
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 300_000,
  });
  if (status === 0) return undefined;
  const lines = (stderr ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return (lines.find((line) => /error\b/i.test(line)) ?? lines[0] ?? error?.message ?? `exit code ${status}`).slice(
    0,
    300,
  );
}

async function isServed(name, version) {
  for (let attempt = 1; attempt <= MIRROR_TRIES; attempt++) {
    if ((await packumentOf(name))?.versions[version] !== undefined) return true;
    await wait(MIRROR_PAUSE_MS);
  }
  return false;
}
