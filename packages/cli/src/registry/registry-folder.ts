import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ALLOW_LIST, INDEX, MANIFESTS, TOMBSTONES, readAllowList, readIndex } from "@charm/telemetry-registry";
import type { RegistryFile, RegistryIndex, SimilarPair } from "@charm/telemetry-registry";
import type { Finding } from "@charm/telemetry-registry/findings";
import { pathFrom } from "../agent-manifest.ts";
import { UsageError } from "../exit-code.ts";

/** Files that a command was given, and the registry around them. */
export interface Selection {
  readonly registry: RegistryFolder;
  readonly files: readonly RegistryFile[];
  /** Everything that the registry has was given. */
  readonly isWhole: boolean;
}

/** A registry on disk: `manifests/`, `removed/`, `registry.json` and `similar.json` in one folder. */
export class RegistryFolder {
  /** Absolute. */
  readonly folder: string;
  readonly #directory: string;

  /** @param directory what paths in findings start from. */
  constructor(folder: string, directory: string) {
    this.folder = folder;
    this.#directory = directory;
  }

  path(part: string): string {
    return join(this.folder, basename(part));
  }

  /** As findings name it. */
  shownPath(part: string): string {
    return pathFrom(this.#directory, this.path(part));
  }

  /** Manifests and tombstones, by path. */
  files(): RegistryFile[] {
    return [...this.filesIn(this.path(MANIFESTS)), ...this.filesIn(this.path(TOMBSTONES))];
  }

  filesIn(folder: string): RegistryFile[] {
    if (!existsSync(folder)) return [];
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return entries.map((entry) => this.file(join(folder, entry.name)));
  }

  /** A link is no file: it could lead to what is nobody's business. */
  file(path: string): RegistryFile {
    const [stats, shownPath] = [lstatSync(path), pathFrom(this.#directory, path)];
    if (stats.isFile()) return { path: shownPath, bytes: readFileSync(path) };
    return { path: shownPath, bytes: new Uint8Array(), insteadOfFile: stats.isDirectory() ? "folder" : "link" };
  }

  /** `registry.json` as it is, undefined where there is none. */
  index(): { path: string; text: string } | undefined {
    const path = this.path(INDEX);
    return existsSync(path) ? { path: this.shownPath(INDEX), text: readFileSync(path, "utf8") } : undefined;
  }

  /** What has been listed so far. @throws UsageError for a file that is no index. */
  listed(): RegistryIndex | undefined {
    const index = this.index();
    return index === undefined ? undefined : parseIndex(index.text, index.path);
  }

  allowList(): { pairs: readonly SimilarPair[]; findings: readonly Finding[] } {
    const path = this.path(ALLOW_LIST);
    return existsSync(path) ? readAllowList(this.file(path)) : { pairs: [], findings: [] };
  }
}

/** @throws UsageError for a text that is no index. */
export function parseIndex(text: string, path: string): RegistryIndex {
  try {
    return readIndex(text);
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${(error as Error).message}.`,
      "Run:  charm-telemetry registry build",
    );
  }
}

/** The registry in `directory` or the one that `path` is in. @throws UsageError when there is none. */
export function findRegistry(directory: string, path = "."): RegistryFolder {
  const target = resolve(directory, path);
  const own = [dirname(join(target, INDEX)), target].find((folder) => existsSync(join(folder, basename(MANIFESTS))));
  if (own !== undefined) return new RegistryFolder(own, directory);
  const around = dirname(basename(target).endsWith(".json") ? dirname(target) : target);
  if (existsSync(join(around, basename(MANIFESTS)))) return new RegistryFolder(around, directory);
  if (!existsSync(target)) throw new UsageError(`there is no ${path}.`);
  throw new UsageError(
    `there is no registry in ${path === "." ? "this folder" : path}.`,
    `Go to the repository that has ${MANIFESTS}, or name that folder.`,
  );
}

/** The manifests that people mean: files, folders of them, or all of the registry where nothing is given. */
export function selectFiles(directory: string, paths: readonly string[]): Selection {
  const registry = findRegistryOf(directory, paths);
  if (paths.length === 0) return { registry, files: registry.files(), isWhole: true };
  const files = new Map<string, RegistryFile>();
  let isWhole = false;
  for (const path of paths) {
    const target = resolve(directory, path);
    const found = statSync(target, { throwIfNoEntry: false });
    if (found === undefined) throw new UsageError(`there is no ${path}.`);
    const isRegistry = [registry.folder, registry.path(MANIFESTS), dirname(dirname(registry.folder))].includes(target);
    isWhole ||= isRegistry;
    const selected = isRegistry
      ? registry.files()
      : found.isDirectory()
        ? registry.filesIn(target)
        : [registry.file(target)];
    for (const file of selected) files.set(file.path, file);
  }
  return { registry, files: [...files.values()], isWhole };
}

/** Manifests may be looked at where there is no registry at all. */
function findRegistryOf(directory: string, [first]: readonly string[]): RegistryFolder {
  if (first === undefined) return findRegistry(directory);
  try {
    return findRegistry(directory, first);
  } catch (error) {
    if (!existsSync(resolve(directory, first))) throw error;
    return new RegistryFolder(resolve(directory, dirname(INDEX)), directory); // an empty one
  }
}
