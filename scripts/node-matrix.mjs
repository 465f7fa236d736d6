// Runs the suites that depend on Node itself (processes, threads, pipes) on the other versions that are supported. The ends
// of processes run on each; of the others each version has a part, unless `--all` is given: GitHub's CI runs everything on
// every version.
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { nodeSuites } from "./node-suites.mjs";
import { root, run } from "./repository.mjs";

const VERSIONS = ["22.23.3", "24.21.0"];
const ON_EACH = "packages/core/test/ends";
const others = nodeSuites().filter((suite) => suite !== ON_EACH);

for (const [turn, version] of VERSIONS.entries()) {
  const isMine = (_, index) => process.argv.includes("--all") || index % VERSIONS.length === turn;
  const suites = [ON_EACH, ...others.filter(isMine)];
  const major = version.split(".", 1)[0];
  console.log(`\n▸ Node ${version}: ${suites.join(" ")}`);
  const bin = installNode(version);
  const env = { PATH: [bin, process.env.PATH].join(delimiter) };
  const actual = run(["node", "--version"], { env }).output.trim();
  if (actual !== `v${version}`) throw new Error(`wanted Node ${version}, got ${actual}`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { code } = run(["node", vitest, "run", ...suites], {
    env: { ...env, VITEST_REPORT: `coverage/vitest-node${major}.json` },
    isShown: true,
  });
  if (code !== 0) process.exitCode = code;
}

/** The npm packages named `node-…` carry Node itself. */
function installNode(version) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(root, "node_modules/.cache", `node-${version}`);
  const bin = join(folder, "node_modules", name, "bin");
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true });
    // What the running package manager has told its children is not meant for npm.
    const forgotten = Object.keys(process.env).filter((key) => /^(?:npm|pnpm)_/.test(key));
    const env = Object.fromEntries(forgotten.map((key) => [key, undefined]));
    const install = ["npm", "install", "--prefix", folder, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"];
    const { code, output } = run([...install, `${name}@${version}`], { cwd: folder, env });
    if (code !== 0) throw new Error(`Node ${version} could not be installed:\n${output}`);
  }
  return bin;
}
