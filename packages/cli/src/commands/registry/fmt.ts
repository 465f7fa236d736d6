import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { formatManifest } from "@charm/telemetry-registry";
import type { ReportFormat } from "@charm/telemetry-registry/findings";
import type { Finding } from "@charm/telemetry-registry/findings";
import { EXIT, UsageError } from "../../exit-code.ts";
import { counted, printReport } from "../../report.ts";
import { selectFiles } from "../../registry/registry-folder.ts";
import type { Terminal } from "../../terminal.ts";

export interface FmtOptions {
  readonly check?: boolean;
  readonly write?: boolean;
  readonly format: ReportFormat;
}

/** Says which manifests are not written as all are, or writes them so. */
export async function fmt(paths: readonly string[], options: FmtOptions, terminal: Terminal): Promise<number> {
  if (options.check === true && options.write === true) throw new UsageError("--check and --write exclude each other.");
  const { files } = selectFiles(terminal.directory, paths);
  const findings: Finding[] = [];
  let changed = 0;
  for (const file of files) {
    const formatted = formatManifest(file);
    if (formatted.isChanged) changed++;
    if (formatted.isChanged && options.write === true)
      writeFileSync(resolve(terminal.directory, file.path), formatted.text ?? "");
    else findings.push(...formatted.findings);
  }
  const about =
    options.write === true
      ? `${counted(changed, "manifest")} of ${files.length} written`
      : counted(files.length, "manifest");
  const exitCode = printReport(findings, options.format, about, terminal);
  // A warning elsewhere; here it is what was asked for.
  return changed > 0 && options.write !== true ? EXIT.findings : exitCode;
}
