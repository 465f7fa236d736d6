import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startNpmRegistry } from "../support/npm-registry.ts";
import type { NpmRegistry } from "../support/npm-registry.ts";
import { ROOT } from "../support/repository.ts";
import { command, succeed } from "./support/command.ts";

declare module "vitest" {
  interface ProvidedContext {
    road: Road;
  }
}

/** What all ways start from: our packages, published as they would be. */
export interface Road {
  readonly registry: string;
  /** A copy of this repository in which all packages have their next versions. */
  readonly repository: string;
  /** Folder of the tarballs that were published. */
  readonly release: string;
  /** Of the person who walks: its .npmrc names the registry. */
  readonly home: string;
  /** Name to version. */
  readonly versions: Readonly<Record<string, string>>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "charm-road-"));
  const upstream = execFileSync("npm", ["config", "get", "registry"], { cwd: ROOT, encoding: "utf8" }).trim();
  const registry = await startNpmRegistry({ upstream });
  const end = async (): Promise<void> => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    project.provide("road", await publishAll(registry, folder));
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}

async function publishAll(registry: NpmRegistry, folder: string): Promise<Road> {
  const home = join(folder, "home");
  // What others have published is fetched once for all walks. What npx has installed is not kept: it would be ours of before.
  const kept = join(ROOT, "node_modules/.cache/road-npm/_cacache");
  mkdirSync(kept, { recursive: true });
  mkdirSync(join(home, ".npm"), { recursive: true });
  symlinkSync(kept, join(home, ".npm/_cacache"));
  writeFileSync(join(home, ".npmrc"), `${registry.npmrc()}audit=false\nfund=false\nupdate-notifier=false\n`);

  const repository = copyOfRepository(join(folder, "repository"));
  const release = join(folder, "release");
  const run = (script: string, ...args: string[]): Promise<unknown> =>
    succeed(
      command(repository, process.execPath, [join(repository, "scripts/release", script), ...args], {
        NPM_CONFIG_REGISTRY: registry.url,
        NPM_CONFIG_USERCONFIG: join(home, ".npmrc"),
        // The pnpm that runs this test also packs.
        PATH: process.env["PATH"],
        npm_config_user_agent: process.env["npm_config_user_agent"],
      }),
    );
  await succeed(command(repository, join(repository, "node_modules/.bin/changeset"), ["version"]));
  await run("pack.mjs", release);
  await run("publish.mjs", release);

  const versions = Object.fromEntries(
    [...registry.packages.values()].map((each) => [each.name, each["dist-tags"]["latest"] ?? ""]),
  );
  return { registry: registry.url, repository, release, home, versions };
}

/** With what was built and installed, and a history of one commit: that is where changesets look. */
function copyOfRepository(folder: string): string {
  mkdirSync(folder);
  for (const path of [
    ".changeset",
    "scripts",
    "packages",
    "package.json",
    "pnpm-workspace.yaml",
    "LICENSE",
    ".gitignore",
  ])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const who = ["-c", "user.name=Road", "-c", "user.email=road@example.com", "-c", "commit.gpgsign=false"];
  for (const args of [
    ["init", "--quiet", "--initial-branch=main"],
    ["add", ".changeset"],
    ["commit", "--quiet", "--message=All"],
  ])
    execFileSync("git", [...who, ...args], { cwd: folder });
  return folder;
}
