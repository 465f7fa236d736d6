import { dirname } from "node:path";
import { discoverExporters, installedExporters } from "@charm/telemetry-core/manifest";
import { pathFrom, readAgentManifest } from "../agent-manifest.ts";
import { EXIT } from "../exit-code.ts";
import { exporterRows } from "../list/rows.ts";
import type { ExporterRow } from "../list/rows.ts";
import { formatTable } from "../table.ts";
import type { Style, Terminal } from "../terminal.ts";
import { findingsOf } from "../validate/findings.ts";

export interface ListOptions {
  readonly json?: boolean;
}

const STATE_STYLES: Readonly<Record<ExporterRow["state"], Style>> = {
  ok: "green",
  off: "dim",
  refused: "red",
  "not installed": "red",
};

/** Shows the exporters that an agent has, and whether each would be loaded. */
export async function list(path: string, options: ListOptions, terminal: Terminal): Promise<number> {
  const manifest = await readAgentManifest(path, terminal.directory);
  const installed = installedExporters(dirname(manifest.path));
  const discovered = discoverExporters(manifest);
  const findings = findingsOf(manifest, discovered, terminal);
  const rows = await exporterRows(manifest, discovered.exporters, installed, findings, terminal.environment);
  const file = pathFrom(terminal.directory, manifest.path);
  if (options.json === true) terminal.printJson({ file, exporters: rows });
  else if (rows.length === 0) terminal.print(`${file}: no exporter is listed or installed; events go to stdout`);
  else terminal.print(formatTable(HEAD, rows.map(cells(terminal)), terminal));
  const isBroken = manifest.contract.length > 0; // what it lists is not known then
  if (isBroken) terminal.warn(`${file} has errors:  charm-telemetry validate`);
  const isBad = rows.some(({ state }) => state === "refused" || state === "not installed");
  return isBroken || isBad ? EXIT.findings : EXIT.ok;
}

const HEAD = ["exporter", "package", "version", "listed", "state"];

function cells(terminal: Terminal): (row: ExporterRow) => string[] {
  return ({ name, package: packageName, version, listed, state, reason }) => [
    name,
    packageName ?? "-",
    version ?? "-",
    listed ? "yes" : "no",
    terminal.style(STATE_STYLES[state], state) + (reason === undefined ? "" : `: ${reason}`),
  ];
}
