import { execFileSync } from "node:child_process";
import { INDEX, MANIFESTS, TOMBSTONES, validateManifest, validateRegistry } from "@charm/telemetry-registry";
import type { FactsAnswer, RegistryFile, ReportFormat } from "@charm/telemetry-registry";
import { UsageError } from "../../exit-code.ts";
import { factsFromFile, factsFromNetwork } from "../../registry/facts.ts";
import { counted, printReport } from "../../report.ts";
import { findRegistry, parseIndex, selectFiles } from "../../registry/registry-folder.ts";
import type { RegistryFolder, Selection } from "../../registry/registry-folder.ts";
import type { Terminal } from "../../terminal.ts";

export interface RegistryValidateOptions {
  readonly offline?: boolean;
  readonly facts?: string;
  readonly changed?: string;
  readonly badge?: boolean;
  readonly registry?: string;
  readonly format: ReportFormat;
}

/** Judges manifests by all rules; those that need it by what npm has. */
export async function validate(
  paths: readonly string[],
  options: RegistryValidateOptions,
  terminal: Terminal,
): Promise<number> {
  const selection =
    options.changed === undefined
      ? selectFiles(terminal.directory, paths)
      : changedFiles(options.changed, paths, terminal);
  const { registry, files, isWhole } = selection;
  const allowed = registry.allowList();
  const before = options.changed === undefined ? registry.listed() : indexAt(options.changed, registry);
  const given = new Set(files.map(({ path }) => path));
  // A new manifest may not take the id of a removed one, which the index does not list.
  const tombstones = registry.filesIn(registry.path(TOMBSTONES)).filter(({ path }) => !given.has(path));
  const findings = validateRegistry({
    files: [...files, ...tombstones],
    isPartial: !isWhole,
    previousIndex: before,
    allowList: allowed.pairs,
    facts: await gather(files, options, terminal),
    forBadge: options.badge,
  });
  return printReport([...findings, ...allowed.findings], options.format, counted(files.length, "manifest"), terminal);
}

/** Of manifests that are good by themselves: what is wrong with the others is reason enough. */
async function gather(
  files: readonly RegistryFile[],
  { offline, facts, registry, format }: RegistryValidateOptions,
  terminal: Terminal,
): Promise<ReadonlyMap<string, FactsAnswer> | undefined> {
  if (facts !== undefined) return factsFromFile(terminal.directory, facts);
  if (offline === true) {
    terminal.warn("packages were not looked at (--offline)");
    return undefined;
  }
  const good = files.filter((file) => !validateManifest(file).some(({ severity }) => severity === "error"));
  const tell = (text: string): void =>
    format === "text" ? terminal.warn(terminal.style("dim", `looking at ${text}`)) : undefined;
  return factsFromNetwork(good, registry, tell);
}

/** Manifests that differ from those of a git revision. */
function changedFiles(revision: string, paths: readonly string[], terminal: Terminal): Selection {
  if (paths.length > 0) throw new UsageError("--changed finds the files itself.", "Give either files or --changed.");
  if (revision.startsWith("-")) throw new UsageError(`${revision} is no git revision.`);
  const registry = findRegistry(terminal.directory);
  const folders = [registry.path(MANIFESTS), registry.path(TOMBSTONES)];
  const list = git(registry, [
    "diff",
    "--name-only",
    "--no-renames",
    "--diff-filter=d",
    "-z",
    "--relative",
    revision,
    "--",
    ...folders,
  ]);
  const untracked = git(registry, ["ls-files", "--others", "--exclude-standard", "-z", "--", ...folders]);
  const names = [...new Set(`${list}${untracked}`.split("\0"))].filter((name) => name !== "").toSorted();
  return { registry, files: names.map((name) => registry.file(`${registry.folder}/${name}`)), isWhole: false };
}

function indexAt(revision: string, registry: RegistryFolder): ReturnType<typeof parseIndex> | undefined {
  const name = registry.path(INDEX).slice(registry.folder.length + 1);
  const isThere = git(registry, ["ls-tree", "--name-only", revision, "--", name]).trim() !== "";
  return isThere
    ? parseIndex(git(registry, ["show", `${revision}:./${name}`]), `${revision}:${registry.shownPath(INDEX)}`)
    : undefined;
}

function git({ folder }: RegistryFolder, args: string[]): string {
  try {
    return execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    throw new UsageError(
      `git ${args[0]} failed: ${stderr.trim().split("\n")[0] ?? ""}`,
      "Fetch the revision that --changed names.",
    );
  }
}
