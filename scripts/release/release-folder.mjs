// A release is a folder: the tarballs that were tested, and release.json, which lists them in the order of publishing.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Refusal } from "./refusal.mjs";

/** @typedef {{ name: string, version: string, file: string, folder: string, integrity: string }} Released
 * `file` is inside of the release, `folder` is where the package's source is, from the root of the repository. */

/** @param {string} release @param {Released[]} packages */
export function writeRelease(release, packages) {
  writeFileSync(join(release, "release.json"), `${JSON.stringify({ packages }, undefined, 2)}\n`);
}

/**
 * What is in a release, each with the path of its tarball.
 *
 * @param {string} release
 * @returns {(Released & { path: string })[]}
 * @throws Refusal when a tarball is gone or is not the one that was listed.
 */
export function readRelease(release) {
  const list = join(release, "release.json");
  if (!existsSync(list)) throw new Refusal("release-missing", `${list} does not exist; run scripts/release/pack.mjs`);
  const { packages } = JSON.parse(readFileSync(list, "utf8"));
  return packages.map((each) => {
    const path = join(release, each.file);
    if (!existsSync(path)) throw new Refusal("release-incomplete", `${path} is listed in release.json and missing`);
    if (integrityOf(path) !== each.integrity)
      throw new Refusal("release-changed", `${path} is not the tarball that was packed and checked; pack again`);
    return { ...each, path };
  });
}

/** As npm writes it: `sha512-` and base64. */
export function integrityOf(path) {
  return `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
}

/** A tarball's package.json. A tar is a row of headers of 512 bytes, each followed by its file, padded. */
export function packedPackageJson(path) {
  const tar = gunzipSync(readFileSync(path));
  for (let offset = 0; offset < tar.length && tar[offset] !== 0;) {
    const text = (from, length) => tar.toString("utf8", offset + from, offset + from + length).replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 12), 8);
    if (text(0, 100) === "package/package.json")
      return JSON.parse(tar.toString("utf8", offset + 512, offset + 512 + size));
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return undefined;
}
