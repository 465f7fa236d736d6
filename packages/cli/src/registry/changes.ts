import { execFileSync } from "node:child_process";
import { ALLOW_LIST, INDEX, MANIFESTS, TOMBSTONES, readAllowList } from "@charm/telemetry-registry";
import type { RegistryFile, RegistryIndex, SimilarPair } from "@charm/telemetry-registry";
import type { Finding } from "@charm/telemetry-registry/findings";
import { UsageError } from "../exit-code.ts";
import { parseIndex } from "./registry-folder.ts";
import type { RegistryFolder } from "./registry-folder.ts";

const MAX_OUTPUT = 64 * 1024 * 1024;

/** What has changed in a registry since a git revision. */
export interface Changes {
  /** Changed and new manifests and tombstones. */
  readonly files: readonly RegistryFile[];
  /** Names of those that are gone, from the registry's folder, such as `manifests/acme.json`. */
  readonly gone: readonly string[];
  /** What was listed then. */
  readonly before: RegistryIndex | undefined;
  /** The pairs that were allowed then: nobody allows their own. */
  readonly allowed: readonly SimilarPair[];
  /** Tombstones that are gone, although their exporter has not come back. */
  readonly findings: readonly Finding[];
}

/** @throws UsageError for a revision that git does not know. */
export function changesSince(revision: string, registry: RegistryFolder): Changes {
  if (revision.startsWith("-")) throw new UsageError(`${revision} is no git revision.`);
  const folders = [registry.path(MANIFESTS), registry.path(TOMBSTONES)];
  // What the revision's branch has got since is no change of ours.
  const base = tryGit(registry, ["merge-base", revision, "HEAD"])?.trim() ?? revision;
  const diff = (filter: string): string[] =>
    git(registry, [
      "diff",
      "--name-only",
      "--no-renames",
      `--diff-filter=${filter}`,
      "-z",
      "--relative",
      base,
      "--",
      ...folders,
    ]).split("\0");
  const untracked = git(registry, ["ls-files", "--others", "--exclude-standard", "-z", "--", ...folders]).split("\0");
  const names = [...new Set([...diff("d"), ...untracked].map(withoutDepth))].filter((name) => name !== "").toSorted();
  const gone = diff("D").filter((name) => name !== "" && !names.includes(name));
  return {
    files: names.map((name) => registry.file(`${registry.folder}/${name}`)),
    gone,
    before: indexAt(revision, registry),
    allowed: allowedAt(revision, registry),
    findings: gone.filter((name) => name.startsWith("removed/") && !isBack(name)).map(lostTombstone),
  };

  function isBack(name: string): boolean {
    const manifest = names.find((each) => each === name.replace(/^removed/, "manifests"));
    if (manifest === undefined) return false;
    const packageIn = (text: string): unknown => (JSON.parse(text) as { npm_package?: unknown } | null)?.npm_package;
    try {
      const now = new TextDecoder().decode(registry.file(`${registry.folder}/${manifest}`).bytes);
      return packageIn(now) === packageIn(git(registry, ["show", `${base}:./${name}`]));
    } catch {
      return false; // not JSON: another rule says so
    }
  }

  function lostTombstone(name: string): Finding {
    return {
      file: `${registry.shownPath(TOMBSTONES)}/${name.slice("removed/".length)}`,
      line: 1,
      column: 1,
      severity: "error",
      rule: "tombstone-missing",
      message: "a removed exporter's name stays taken, and its tombstone is gone",
      want: "the file as it was",
      fix: `git checkout ${revision} -- ${registry.shownPath(TOMBSTONES)}`,
    };
  }
}

/** What is in a folder of its own belongs nowhere: the folder is judged, as it is when the whole registry is. */
function withoutDepth(name: string): string {
  return name.split("/").slice(0, 2).join("/");
}

function indexAt(revision: string, registry: RegistryFolder): RegistryIndex | undefined {
  const text = textAt(revision, registry, INDEX);
  return text === undefined ? undefined : parseIndex(text, `${revision}:${registry.shownPath(INDEX)}`);
}

function allowedAt(revision: string, registry: RegistryFolder): readonly SimilarPair[] {
  const text = textAt(revision, registry, ALLOW_LIST);
  return text === undefined ? [] : readAllowList({ path: ALLOW_LIST, bytes: Buffer.from(text) }).pairs;
}

function textAt(revision: string, registry: RegistryFolder, part: string): string | undefined {
  const name = registry.path(part).slice(registry.folder.length + 1);
  if (git(registry, ["ls-tree", "--name-only", revision, "--", name]).trim() === "") return undefined;
  return git(registry, ["show", `${revision}:./${name}`]);
}

function tryGit(registry: RegistryFolder, args: string[]): string | undefined {
  try {
    return git(registry, args);
  } catch {
    return undefined;
  }
}

function git({ folder }: RegistryFolder, args: string[]): string {
  try {
    return execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: MAX_OUTPUT,
    });
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    const reason = stderr.trim().split("\n")[0] ?? "";
    throw new UsageError(`git ${args[0]} failed: ${reason}`, "Fetch the revision that --changed names.");
  }
}
