import { TOMBSTONES, validateManifest, validateRegistry } from "@charm/telemetry-registry";
import type { FactsAnswer, RegistryFile } from "@charm/telemetry-registry";
import type { ReportFormat } from "@charm/telemetry-registry/findings";
import { UsageError } from "../../exit-code.ts";
import { changesSince } from "../../registry/changes.ts";
import { factsFromFile, factsFromNetwork } from "../../registry/facts.ts";
import { findRegistry, selectFiles } from "../../registry/registry-folder.ts";
import type { RegistryFolder } from "../../registry/registry-folder.ts";
import { counted, printReport } from "../../report.ts";
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
  if (options.changed !== undefined && paths.length > 0)
    throw new UsageError("--changed finds the files itself.", "Give either files or --changed.");
  const { registry, files, isWhole } =
    options.changed === undefined
      ? selectFiles(terminal.directory, paths)
      : { registry: findRegistry(terminal.directory), files: [], isWhole: false };
  const changes = options.changed === undefined ? undefined : changesSince(options.changed, registry);
  const judged = changes?.files ?? files;
  const allowed = registry.allowList();
  const context = {
    allowList: changes?.allowed ?? allowed.pairs,
    previousIndex: changes === undefined ? registry.listed() : changes.before,
  };
  const findings = validateRegistry({
    ...context,
    files: isWhole ? judged : withTombstones(judged, registry),
    isPartial: !isWhole,
    facts: await gather(judged, options, terminal),
    forBadge: options.badge,
  });
  if (changes !== undefined && changes.gone.length > 0) {
    // Whether all that was listed is still there only the whole registry can tell.
    const whole = validateRegistry({ ...context, files: registry.files() });
    findings.push(...whole.filter(({ rule }) => rule === "tombstone-missing"), ...changes.findings);
  }
  return printReport([...findings, ...allowed.findings], options.format, counted(judged.length, "manifest"), terminal);
}

/** The names that they keep are taken for every manifest. */
function withTombstones(files: readonly RegistryFile[], registry: RegistryFolder): RegistryFile[] {
  const given = new Set(files.map(({ path }) => path));
  return [...files, ...registry.filesIn(registry.path(TOMBSTONES)).filter(({ path }) => !given.has(path))];
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
