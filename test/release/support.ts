import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { onTestFinished, vi } from "vitest";
import { startNpmRegistry } from "../support/npm-registry.ts";
import type { NpmRegistry } from "../support/npm-registry.ts";
import { ROOT, readJson } from "../support/repository.ts";

// npm and pnpm take seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a script of the release with the registry that npm would ask. */
export function script(path: string, args: readonly string[], environment: Environment = {}): Promise<Ended> {
  const env = { ...plainEnvironment(), ...environment };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path, ...args],
      { env, cwd: dirname(path), encoding: "utf8" },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

export function release(name: string): string {
  return join(ROOT, "scripts/release", name);
}

/** Nothing of the npm, the CI or the terminal that run this test, but for which pnpm it is that does. */
function plainEnvironment(): Environment {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_(?!config_user_agent)|GITHUB_|ACTIONS_|NODE_AUTH|VITEST)/i.test(name),
    ),
  );
}

export interface Shop {
  readonly registry: NpmRegistry;
  readonly environment: Environment;
}

/** An npm registry of the test's own, and the environment in which npm uses it. */
export async function shop(): Promise<Shop> {
  const registry = await startNpmRegistry({ ownScopes: ["@acme"] });
  const folder = temporaryFolder("charm-npm-");
  onTestFinished(() => registry.close());
  writeFileSync(join(folder, "npmrc"), registry.npmrc());
  const environment = {
    NPM_CONFIG_REGISTRY: registry.url,
    NPM_CONFIG_USERCONFIG: join(folder, "npmrc"),
    NPM_CONFIG_CACHE: join(folder, "cache"),
  };
  return { registry, environment };
}

export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly folder: string;
  readonly integrity: string;
}

/** A release of small packages: package.json, and more files by path. */
export function madeRelease(
  packages: readonly [packageJson: Record<string, unknown>, files: Record<string, string>][],
) {
  const folder = temporaryFolder("charm-release-");
  const packed = packages.map(([packageJson, files]) => pack(folder, packageJson, files));
  writeFileSync(join(folder, "release.json"), JSON.stringify({ packages: packed }));
  return folder;
}

function pack(folder: string, packageJson: Record<string, unknown>, files: Record<string, string>): Packed {
  const name = String(packageJson["name"]);
  const version = String(packageJson["version"]);
  const source = temporaryFolder("charm-source-");
  writeFiles(join(source, "package"), { "package.json": JSON.stringify(packageJson), ...files });
  const file = `${basename(name)}-${version}.tgz`;
  execFileSync("tar", ["-czf", join(folder, file), "-C", source, "package"]);
  const integrity = `sha512-${createHash("sha512")
    .update(readFileSync(join(folder, file)))
    .digest("base64")}`;
  return { name, version, file, folder: relative(ROOT, join(source, "package")), integrity };
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A repository with this one's scripts and tools, and packages of its own. */
export function smallRepository(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder("charm-repository-");
  const { packageManager } = readJson("package.json") as { packageManager: string };
  cpSync(join(ROOT, "scripts"), join(folder, "scripts"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFiles(folder, {
    "package.json": JSON.stringify({ name: "small", private: true, packageManager }),
    "pnpm-workspace.yaml": "packages: [packages/*]\npmOnFail: ignore\n",
    ".changeset/README.md": "# Changesets\n",
    ".changeset/config.json": JSON.stringify({ access: "public", baseBranch: "main", changelog: false }),
    ".gitignore": "node_modules\n",
    ...files,
  });
  for (const args of [
    ["init", "--quiet", "--initial-branch=main"],
    ["add", "--all"],
    ["commit", "--quiet", "--message=first"],
  ])
    git(folder, ...args);
  return folder;
}

export function git(folder: string, ...args: string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
}
