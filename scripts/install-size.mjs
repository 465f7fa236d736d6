// What installing a package costs: the bytes of its tarball's files and of all that it depends on.
import { readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readJson } from "./repository.mjs";

/** @returns {{ bytes: number, packages: number }} the package itself included. */
export function measureInstall(tarball, packageFolder) {
  const seen = new Set();
  const visit = (folder) => {
    for (const name of Object.keys(readJson(join(folder, "package.json")).dependencies ?? {})) {
      const dependency = findPackage(folder, name);
      if (seen.has(dependency)) continue;
      seen.add(dependency);
      visit(dependency);
    }
  };
  visit(realpathSync(packageFolder));
  const dependencies = [...seen].reduce((sum, folder) => sum + folderBytes(folder), 0);
  return { bytes: tarBytes(gunzipSync(readFileSync(tarball))) + dependencies, packages: seen.size + 1 };
}

function findPackage(from, name) {
  for (let folder = from; dirname(folder) !== folder; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (statSync(candidate, { throwIfNoEntry: false })) return realpathSync(candidate);
  }
  throw new Error(`${name} is not installed`);
}

function folderBytes(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules")
    .map((entry) => join(folder, entry.name))
    .reduce((sum, path) => sum + (statSync(path).isDirectory() ? folderBytes(path) : statSync(path).size), 0);
}

/** A tar is a row of headers of 512 bytes, each followed by its file, padded. */
function tarBytes(tar) {
  let bytes = 0;
  for (let offset = 0; offset < tar.length && tar[offset] !== 0;) {
    const size = Number.parseInt(tar.toString("latin1", offset + 124, offset + 136), 8);
    bytes += size;
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return bytes;
}
