import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export const MANIFEST_NAME = "charm.yaml";

/** The agent's `charm.yaml`: in `directory` or above it, up to and including the nearest folder with a package.json. */
export function findManifest(directory: string): string | undefined {
  let folder = resolve(directory);
  for (;;) {
    const path = join(folder, MANIFEST_NAME);
    if (exists(path)) return path;
    const parent = dirname(folder);
    if (parent === folder || exists(join(folder, "package.json"))) return undefined;
    folder = parent;
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
