import { writeFileSync } from "node:fs";
import {
  INDEX,
  buildIndex,
  checkIndex,
  checkShrink,
  readManifestFile,
  validateRegistry,
} from "@charm/telemetry-registry";
import type { ReportFormat } from "@charm/telemetry-registry/findings";
import { exitCodeOf } from "@charm/telemetry-registry/findings";
import { EXIT } from "../../exit-code.ts";
import { counted, printReport } from "../../report.ts";
import { findRegistry } from "../../registry/registry-folder.ts";
import type { Terminal } from "../../terminal.ts";

export interface BuildOptions {
  readonly check?: boolean;
  readonly force?: boolean;
  readonly format: ReportFormat;
}

/** Builds registry.json of all manifests, or says where the committed one differs. */
export async function build(
  folder: string,
  { check, force, format }: BuildOptions,
  terminal: Terminal,
): Promise<number> {
  const registry = findRegistry(terminal.directory, folder);
  const files = registry.files();
  const allowed = registry.allowList();
  const path = registry.shownPath(INDEX);
  const invalid = [...validateRegistry({ files, allowList: allowed.pairs }), ...allowed.findings];
  if (exitCodeOf(invalid) !== EXIT.ok) return printReport(invalid, format, `${path} was not built`, terminal);

  const built = buildIndex(files.flatMap((file) => readManifestFile(file.path, file.bytes).manifest ?? []));
  const about = `${path} with ${counted(built.index.exporters.length, "exporter")}`;
  const committed = registry.index() ?? { path, text: "" };
  if (check === true) return printReport([...invalid, ...checkIndex(committed, built.text)], format, about, terminal);

  const before = committed.text === "" || force === true ? undefined : registry.listed();
  const shrunk = before === undefined ? [] : checkShrink(before, built.index, path);
  if (shrunk.length > 0)
    return printReport(shrunk, format, `${path} stays as it is; --force builds it all the same`, terminal);
  writeFileSync(registry.path(INDEX), built.text);
  return printReport(invalid, format, about, terminal);
}
