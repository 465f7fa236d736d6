import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT: string = join(import.meta.dirname, "../..");

export interface EntryPoint {
  readonly "@charm/source"?: string;
  readonly types?: string;
  readonly default?: string;
}

export interface PackageJson {
  readonly name: string;
  readonly private?: boolean;
  readonly version?: string;
  readonly sideEffects?: boolean | readonly string[];
  readonly exports?: Readonly<Record<string, string | EntryPoint>>;
  readonly publishConfig?: { readonly access?: string; readonly exports?: Readonly<Record<string, unknown>> };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

export interface WorkspacePackage {
  /** From the root, such as `packages/core`. */
  readonly path: string;
  readonly folder: string;
  readonly packageJson: PackageJson;
}

/** All members of the workspace, by path. */
export function workspacePackages(): WorkspacePackage[] {
  const parents = ["packages", "templates", "examples"].filter((parent) => existsSync(join(ROOT, parent)));
  const paths = parents.flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`));
  return [...paths, "site"]
    .filter((path) => existsSync(join(ROOT, path, "package.json")))
    .toSorted()
    .map((path) => ({ path, folder: join(ROOT, path), packageJson: readJson(`${path}/package.json`) as PackageJson }));
}

export function publishablePackages(): WorkspacePackage[] {
  return workspacePackages().filter(({ packageJson }) => packageJson.private !== true);
}

/** Entry points of code: subpath to its source and its built file, both from the package's folder. */
export function entryPoints({ packageJson }: WorkspacePackage): { subpath: string; source: string; built: string }[] {
  return Object.entries(packageJson.exports ?? {}).flatMap(([subpath, target]) =>
    typeof target === "string" ? [] : [{ subpath, source: target["@charm/source"] ?? "", built: target.default ?? "" }],
  );
}

/** Every file that belongs to the repository, from the root. */
export function repositoryFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: ROOT });
  return listed
    .toString()
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(ROOT, path)));
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

export function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}
