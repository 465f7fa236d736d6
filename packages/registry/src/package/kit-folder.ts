import { chmod, cp, mkdir, mkdtemp, readFile, realpath } from "node:fs/promises";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A folder with the conformance kit, core, and all that these need: what strangers' packages are tried with. */
export interface KitFolder {
  readonly folder: string;
  /** The script that tries an entry point. */
  readonly probe: string;
  readonly coreVersion: string;
  /** Where this copy of core is. */
  readonly core: string;
  /** Removes it; happens by itself when the process exits. */
  dispose(): void;
}

const CORE = "@charm/telemetry-core";
const KIT = "@charm/telemetry-testkit";
const PROBE = fileURLToPath(new URL("../../dist/package/probe.js", import.meta.url));

/** What packages carry for people, not for Node. */
const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", "src", "test", "recordings", "docs"]);
const NOT_RUN = /\.(?:d\.[cm]?ts|map|md)$/;

let made: Promise<KitFolder> | undefined;

/** Copies it once per process, as nothing else of this machine is shown to strangers' code. */
export function kitFolder(): Promise<KitFolder> {
  made ??= make();
  return made;
}

/** The version of core that packages are tried with. */
export async function coreVersion(): Promise<string> {
  return (await readPackageJson(await ownPackage(import.meta.url, CORE))).version;
}

async function make(): Promise<KitFolder> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), "charm-kit-"));
  const dispose = (): void => {
    rmSync(folder, { recursive: true, force: true });
    process.off("exit", dispose);
    made = undefined;
  };
  process.once("exit", dispose);
  try {
    const copied = new Set<string>();
    await copyPackage(await ownPackage(import.meta.url, KIT), KIT, folder, copied);
    await copyPackage(await ownPackage(import.meta.url, CORE), CORE, folder, copied);
    const probe = join(folder, "probe.mjs");
    await cp(PROBE, probe);
    await chmod(folder, 0o755); // the sandbox's user is another one
    return { folder, probe, core: join(folder, "node_modules", CORE), coreVersion: await coreVersion(), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

interface OwnPackageJson {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function copyPackage(from: string, name: string, folder: string, copied: Set<string>): Promise<void> {
  if (copied.has(name)) return;
  copied.add(name);
  const to = join(folder, "node_modules", name);
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, {
    recursive: true,
    filter: (path) => !NOT_RUN.test(path) && !(dirname(path) === from && LEFT_OUT.has(basename(path))),
  });
  const { dependencies = {} } = await readPackageJson(from);
  const file = pathToFileURL(join(from, "package.json"));
  for (const dependency of Object.keys(dependencies))
    await copyPackage(await ownPackage(file, dependency), dependency, folder, copied);
}

/** The folder of a package of ours, as seen from a file. */
async function ownPackage(from: URL | string, name: string): Promise<string> {
  const paths = createRequire(from).resolve.paths(name) ?? [];
  for (const path of paths) {
    const folder = await realpath(join(path, name)).catch(() => undefined);
    if (folder !== undefined) return folder;
  }
  throw new Error(`${name} is not installed beside @charm/telemetry-registry`);
}

async function readPackageJson(folder: string): Promise<OwnPackageJson> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as OwnPackageJson;
}
