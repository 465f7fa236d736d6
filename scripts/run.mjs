// Runs a task of the repository with the pinned pnpm, so that a fresh clone needs only Node and npm.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { packageManager } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
const cwd = new URL("..", import.meta.url);

function pnpm(args, options = {}) {
  const result = spawnSync("npx", ["-y", packageManager, ...args], { stdio: "inherit", env, cwd, ...options });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const [task = "test", ...rest] = process.argv.slice(2);
// Installing is a means, not the result: its report goes to stderr, so that `--json` output stays clean.
pnpm(["install", "--frozen-lockfile", "--reporter=append-only"], { stdio: ["inherit", 2, 2] });
pnpm(["--silent", "run", `do:${task}`, ...rest]);
