import { execFileSync } from "node:child_process";
import { basename } from "node:path";

/**
 * When each manifest was added, `YYYY-MM-DD`, as git remembers it; by id.
 *
 * @param folder of the manifests, inside of a repository. A shallow clone has forgotten it: then nothing is known.
 */
export function firstListed(folder: string): Map<string, string> {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
  const dates = new Map<string, string>();
  if (git("rev-parse", "--is-shallow-repository").trim() === "true") return dates;
  let date = "";
  // Newest first, so that the first time stays. A date is marked by a byte that no name has.
  const log = ["log", "--diff-filter=A", "--no-renames", "--format=%x01%cs", "--name-only", "-z", "--", "."];
  for (const part of git(...log).split(/[\0\n]+/)) {
    if (part.startsWith("\u0001")) date = part.slice(1);
    else if (part.endsWith(".json")) dates.set(basename(part, ".json"), date);
  }
  return dates;
}
