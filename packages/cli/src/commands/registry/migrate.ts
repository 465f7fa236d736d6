import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { migrateManifest, validateManifest } from "@charm/telemetry-registry";
import { exitCodeOf } from "@charm/telemetry-registry/findings";
import type { Finding } from "@charm/telemetry-registry/findings";
import { printFindings } from "../../report.ts";
import { lineDiff } from "../../registry/line-diff.ts";
import { selectFiles } from "../../registry/registry-folder.ts";
import type { Terminal } from "../../terminal.ts";

export interface MigrateOptions {
  readonly write?: boolean;
  readonly json?: boolean;
}

/** Makes manifests of today's shape of older ones, and of those of Python's registry. */
export async function migrate(
  paths: readonly string[],
  { write, json }: MigrateOptions,
  terminal: Terminal,
): Promise<number> {
  const { files } = selectFiles(terminal.directory, paths);
  const findings: Finding[] = [];
  const changed: object[] = [];
  for (const file of files) {
    const migrated = migrateManifest(file);
    findings.push(...migrated.findings);
    for (const { path, text, notes } of migrated.files) {
      const before = path === file.path ? new TextDecoder().decode(file.bytes) : "";
      if (text === before) continue;
      changed.push({ from: file.path, path, text, notes, isWritten: write === true });
      if (json !== true) {
        terminal.print(`${terminal.style("bold", path)}\n${lineDiff(before, text, terminal)}`);
        for (const note of notes) terminal.print(terminal.wrap(`note: ${note}`, 6));
      }
      findings.push(...validateManifest({ path, bytes: Buffer.from(text) }));
      if (write !== true) continue;
      mkdirSync(dirname(resolve(terminal.directory, path)), { recursive: true });
      writeFileSync(resolve(terminal.directory, path), text);
    }
  }
  if (json === true) {
    terminal.printJson({ files: changed, findings });
    return exitCodeOf(findings);
  }
  printFindings(findings, terminal);
  if (write !== true) terminal.print("nothing was written; --write does");
  return exitCodeOf(findings);
}
