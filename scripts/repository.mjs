// What the scripts share: where things are, and how a tool is run.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

export function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Folders of the packages that people install. */
export function publishablePackages() {
  return readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")) && !readJson(join(folder, "package.json")).private);
}

/** A command of the pinned pnpm: the one that runs this script, or one that npx fetches. */
export function pnpm(...args) {
  const isAround = process.env.npm_config_user_agent?.startsWith("pnpm/");
  return isAround ? ["pnpm", ...args] : ["npx", "-y", readJson(join(root, "package.json")).packageManager, ...args];
}

/** Runs a command of the repository (its own tools come first) and returns its exit code and, unless shown, its output. */
export function run([command, ...args], { cwd = root, env = {}, input, isShown = false } = {}) {
  const path = [join(root, "node_modules", ".bin"), env.PATH ?? process.env.PATH].join(delimiter);
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", ...env, PATH: path },
    input,
    stdio: [input === undefined ? "ignore" : "pipe", isShown ? "inherit" : "pipe", isShown ? "inherit" : "pipe"],
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
  });
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`;
  return { code: result.status ?? 1, output };
}
