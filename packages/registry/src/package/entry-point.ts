import { posix } from "node:path";
import { shown } from "../finding.ts";
import type { PackageFiles } from "./tarball.ts";

/** A module of a package and what it exports. */
export interface EntryPoint {
  /** From the package's folder, with forward slashes. */
  readonly file: string;
  readonly exportName: string;
}

/** What `./dist/index.js#Class` stands for, or a sentence that says why it stands for nothing. */
export function resolveEntryPoint(files: PackageFiles, target: string): EntryPoint | string {
  const mark = target.lastIndexOf("#");
  const path = mark < 0 ? target : target.slice(0, mark);
  const exportName = mark < 0 ? "default" : target.slice(mark + 1);
  const quoted = `"${shown(target)}"`;
  if (!path.startsWith("./") || exportName === "") return `${quoted} is not of the form "./dist/index.js#Class"`;
  const file = posix.normalize(path);
  if (file === "." || file.startsWith("..")) return `${quoted} is outside of the package`;
  return files.has(file) ? { file, exportName } : `${quoted} is not in the package`;
}
