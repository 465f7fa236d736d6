import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { shown } from "../finding.ts";
import type { PackageDescription } from "./describe-package.ts";
import { kitFolder } from "./kit-folder.ts";
import type { PackageLimits } from "./limits.ts";
import { isFromRegistry } from "./package-rules.ts";

/** A package with all that it needs to be imported, in a temporary folder. */
export interface StagedPackage {
  readonly folder: string;
  /** In the folder's node_modules. */
  readonly packageFolder: string;
  dispose(): Promise<void>;
}

/** `broken` is the package's own doing; `undecided` may be another thing tomorrow. */
export type Staging = StagedPackage | { readonly broken: string } | { readonly undecided: string };

export interface StageOptions {
  /** Where dependencies come from. */
  readonly registry: URL;
  readonly limits: PackageLimits;
  readonly signal?: AbortSignal | undefined;
}

const CORE = "@charm/telemetry-core";

/**
 * Lays a package out as an agent's install would, but for core, which is always our own. Dependencies come from the
 * registry, without running their scripts; this is the only step that has a network.
 */
export async function stagePackage(description: PackageDescription, options: StageOptions): Promise<Staging> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "charm-package-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const problem = await installDependencies(folder, description, options);
    if (problem !== undefined) {
      await dispose();
      return problem;
    }
    const packageFolder = join(folder, "node_modules", description.name);
    await rm(packageFolder, { recursive: true, force: true });
    for (const [path, bytes] of description.files) {
      const file = join(packageFolder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes, { flag: "wx" });
    }
    const core = join(folder, "node_modules", CORE);
    await rm(core, { recursive: true, force: true });
    await mkdir(dirname(core), { recursive: true });
    await symlink((await kitFolder()).core, core, "junction");
    await chmod(folder, 0o755); // the sandbox's user is another one
    return { folder, packageFolder, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** npm's codes for what trying again does not mend. */
const HOPELESS: ReadonlySet<string> = new Set([
  "E404",
  "ETARGET",
  "ERESOLVE",
  "EBADPLATFORM",
  "EINVALIDPACKAGENAME",
  "EINVALIDTAGNAME",
  "EUNSUPPORTEDPROTOCOL",
  "EALLOWGIT",
  "EALLOWREMOTE",
  "EALLOWFILE",
  "EALLOWDIRECTORY",
]);

async function installDependencies(
  folder: string,
  { name, dependencies, peers }: PackageDescription,
  { registry, limits, signal }: StageOptions,
): Promise<{ broken: string } | { undecided: string } | undefined> {
  const wanted = new Map([...peers, ...dependencies]);
  wanted.delete(CORE);
  wanted.delete(name);
  const foreign = [...wanted].find(([, range]) => !isFromRegistry(range));
  if (foreign !== undefined) return { broken: `its dependency "${shown(foreign[0])}" is not from the npm registry` };
  if (wanted.size === 0) return undefined;

  const packageJson = { name: "charm-package-check", private: true, dependencies: Object.fromEntries(wanted) };
  await writeFile(join(folder, "package.json"), JSON.stringify(packageJson));
  const args = ["install", "--ignore-scripts", "--no-bin-links", "--omit=dev", "--no-package-lock"];
  // Nor may what it depends on depend on anything else than the registry's; older versions of npm do not know of this.
  const only = ["git", "remote", "file", "directory"].map((kind) => `--allow-${kind}=none`);
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--json", "--loglevel=error"];
  const child = spawn("npm", [...args, ...only, ...quiet, `--registry=${registry.href}`], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
    shell: process.platform === "win32",
    timeout: limits.installTimeoutMs,
    signal,
  });
  const ended = new Promise<number | Error>((settle) => {
    child.once("error", settle).once("close", (code) => settle(code ?? new Error("stopped")));
  });
  const output = await text(child.stdout);
  const code = await ended;
  signal?.throwIfAborted();
  if (code === 0) return undefined;
  if (child.killed) return { undecided: `installing its dependencies took more than ${limits.installTimeoutMs} ms` };
  const problem = code instanceof Error ? code.message : `npm ${npmError(output)}`;
  if (HOPELESS.has(npmError(output))) return { broken: `its dependencies cannot be installed: ${problem}` };
  return { undecided: `installing its dependencies failed: ${problem}` };
}

/** Such as E404. */
function npmError(output: string): string {
  try {
    const { error } = JSON.parse(output) as { error?: { code?: unknown } };
    return typeof error?.code === "string" ? shown(error.code) : "failed";
  } catch {
    return "failed";
  }
}
