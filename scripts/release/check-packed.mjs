// What is wrong with one tarball, by the command that every exporter's author has: `charm-telemetry prepublish`.
import { join } from "node:path";
import { root, run } from "../repository.mjs";
import { packedPackageJson } from "./release-folder.mjs";

const COMMAND = join(root, "packages/cli/dist/main.js");

/** @param {{ name: string, version: string, folder: string, path: string }} packed @returns {string | undefined} */
export function problemOf({ name, version, folder, path }) {
  const packed = packedPackageJson(path);
  if (packed?.name !== name || packed.version !== version)
    return `holds ${packed?.name}@${packed?.version}, not ${name}@${version}`;
  const { code, output } = run(["node", COMMAND, "prepublish", join(root, folder), "--tarball", path]);
  return code === 0 ? undefined : output.trim();
}
