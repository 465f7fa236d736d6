import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PackageManagerName } from "create-charm-telemetry/package-manager";
import { asObject } from "./flaw.ts";

const run = promisify(execFile);

/** The package could not be packed; `output` is what the package manager said. */
export class PackError extends Error {
  override readonly name = "PackError";
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

/**
 * Packs the package in `folder` as it would be published, scripts included.
 *
 * @param destination an empty folder
 * @returns the tarball's path.
 * @throws PackError
 */
export async function pack(
  folder: string,
  manager: PackageManagerName,
  environment: NodeJS.ProcessEnv,
  destination: string,
): Promise<string> {
  const [command, ...args] = await packCommand(folder, manager, environment, destination);
  try {
    // `npm publish --dry-run` says so to what its scripts start, and they would pack nothing.
    const env = { ...environment, npm_config_dry_run: "false", npm_config_ignore_scripts: "false" };
    const isWindows = process.platform === "win32";
    await run(command ?? manager, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024, shell: isWindows });
  } catch (error) {
    const { stdout = "", stderr = "", code } = error as { stdout?: string; stderr?: string; code?: string | number };
    throw new PackError(`${command} ${args[0]} failed (${code})`, `${stdout}${stderr}`.trim());
  }
  const tarball = readdirSync(destination).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new PackError(`${command} ${args[0]} made no tarball`, "");
  return join(destination, tarball);
}

async function packCommand(
  folder: string,
  manager: PackageManagerName,
  environment: NodeJS.ProcessEnv,
  destination: string,
): Promise<string[]> {
  const file = join(destination, "package.tgz");
  switch (manager) {
    case "npm":
      return ["npm", "pack", "--pack-destination", destination];
    case "bun":
      return ["bun", "pm", "pack", "--destination", destination];
    case "pnpm": {
      const isThere = await run("pnpm", ["--version"], { cwd: folder, env: environment }).catch(() => undefined);
      const pnpm = isThere === undefined ? ["npx", "-y", pinned(folder) ?? "pnpm"] : ["pnpm"];
      return [...pnpm, "pack", "--pack-destination", destination];
    }
    case "yarn": {
      const version = await run("yarn", ["--version"], { cwd: folder, env: environment }).catch(() => ({ stdout: "" }));
      return ["yarn", "pack", version.stdout.startsWith("1.") ? "--filename" : "--out", file];
    }
  }
}

/** What `packageManager` of the workspace says, such as `pnpm@12.21.0`. */
function pinned(folder: string): string | undefined {
  try {
    const { packageManager } = asObject(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
    if (typeof packageManager === "string") return packageManager.replace(/\+.*$/, "");
  } catch {
    // none here
  }
  return join(folder, "..") === folder ? undefined : pinned(join(folder, ".."));
}
