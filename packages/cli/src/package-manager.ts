import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

const LOCKFILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/** The project's package manager: by `packageManager`, then by the lock file, upwards; then the one that runs us. */
export function packageManagerOf(directory: string, environment: NodeJS.ProcessEnv): PackageManager {
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = declaredIn(folder) ?? LOCKFILES.find(([file]) => existsSync(join(folder, file)))?.[1];
    if (found !== undefined) return found;
    if (dirname(folder) === folder) break;
  }
  return asManager(environment["npm_config_user_agent"]?.split("/")[0]) ?? "npm";
}

/** The command that adds `packageName` to the agent's dependencies. */
export function addCommand(manager: PackageManager, packageName: string, options: { isDev?: boolean } = {}): string {
  const verb = manager === "npm" ? "install" : "add";
  return [manager, verb, ...(options.isDev === true ? [manager === "bun" ? "-d" : "-D"] : []), packageName].join(" ");
}

function declaredIn(folder: string): PackageManager | undefined {
  try {
    const { packageManager } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      packageManager?: unknown;
    };
    return typeof packageManager === "string" ? asManager(packageManager.split("@")[0]) : undefined;
  } catch {
    return undefined; // no package.json, or a broken one: others complain about it
  }
}

function asManager(name: string | undefined): PackageManager | undefined {
  return name === "npm" || name === "pnpm" || name === "yarn" || name === "bun" ? name : undefined;
}
