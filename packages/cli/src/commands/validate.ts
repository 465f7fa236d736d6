import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { discoverExporters } from "@charm/telemetry-core/manifest";
import type { Discovered, Manifest } from "@charm/telemetry-core/manifest";
import { compareFindings, exitCodeOf, formatFindings } from "@charm/telemetry-registry/findings";
import { pathFrom, readAgentManifest } from "../agent-manifest.ts";
import { EXIT } from "../exit-code.ts";
import { countsOf, printFindings } from "../report.ts";
import type { Terminal } from "../terminal.ts";
import { contractVerdict } from "../validate/contract-verdict.ts";
import { NO_PACKAGE, findingsOf } from "../validate/findings.ts";

export interface ValidateOptions {
  readonly contract?: boolean;
  readonly format?: string;
}

/** Checks an agent's charm.yaml and the exporters that it names. */
export async function validate(path: string, options: ValidateOptions, terminal: Terminal): Promise<number> {
  const manifest = await readAgentManifest(path, terminal.directory);
  const isJson = options.format === "json";
  if (options.contract === true) return printContract(manifest, isJson, terminal);

  const discovered = discoverExporters(manifest);
  const findings = findingsOf(manifest, discovered, terminal).toSorted(compareFindings);
  if (isJson) {
    const file = pathFrom(terminal.directory, manifest.path);
    terminal.printJson({ file, findings, exporters: discovered.exporters.map(described) });
  } else if (options.format === "github") {
    terminal.printText(formatFindings(findings, "github"));
  } else {
    printFindings(findings, terminal);
    printSummary(manifest, discovered, countsOf(findings), terminal);
  }
  return exitCodeOf(findings);
}

function printSummary(manifest: Manifest, { exporters }: Discovered, counts: string, terminal: Terminal): void {
  const file = pathFrom(terminal.directory, manifest.path);
  if (counts !== "") {
    terminal.print(`${file}: ${counts}`);
    return;
  }
  const places = ["stdout", ...exporters.map(({ name, packageName }) => `${name} (${packageName})`)];
  terminal.print(terminal.wrap(`${terminal.style("green", "ok")} ${file}: events go to ${listed(places)}`));
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function described({ name, packageName }: Discovered["exporters"][number]): object {
  return { name, package: packageName };
}

/** What the cloud says by itself, in its own words. */
function printContract(manifest: Manifest, isJson: boolean, terminal: Terminal): number {
  const hasPackageJson = existsSync(join(dirname(manifest.path), "package.json"));
  const { exitCode, ...verdict } = contractVerdict(manifest, hasPackageJson);
  if (isJson) {
    terminal.printJson({ ...verdict, validate_exit: exitCode });
    return exitCode;
  }
  terminal.print(`config: ${verdict.config}`);
  for (const { at, type } of verdict.errors) terminal.print(`${at === "" ? "(file)" : at}: ${type}`);
  terminal.print(`loader: ${verdict.loader}`);
  if (exitCode !== EXIT.ok && verdict.config === "ok" && verdict.loader === "ok") terminal.warn(`error: ${NO_PACKAGE}`);
  return exitCode;
}
