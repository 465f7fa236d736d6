import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { MANIFESTS, TOMBSTONES, changeStatus } from "@charm/telemetry-registry";
import type { Status } from "@charm/telemetry-registry";
import { exitCodeOf } from "@charm/telemetry-registry/findings";
import { EXIT, UsageError } from "../../exit-code.ts";
import { printFindings } from "../../report.ts";
import { lineDiff } from "../../registry/line-diff.ts";
import { findRegistry } from "../../registry/registry-folder.ts";
import type { Terminal } from "../../terminal.ts";

export interface DeprecateOptions {
  readonly reason?: string;
  readonly replacedBy?: string;
  readonly removed?: boolean;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Marks an exporter as deprecated, removes it but for its name, or takes either back. */
export async function deprecate(id: string, options: DeprecateOptions, terminal: Terminal): Promise<number> {
  const registry = findRegistry(terminal.directory);
  const path = [MANIFESTS, TOMBSTONES]
    .map((part) => join(registry.path(part), `${id}.json`))
    .find((each) => existsSync(each));
  if (path === undefined || !/^[a-z0-9-]+$/.test(id))
    throw new UsageError(
      `there is no manifest of "${id}".`,
      `Give an id, the name of a file in ${registry.shownPath(MANIFESTS)}.`,
    );
  const file = registry.file(path);
  const changed = changeStatus(file, statusOf(options));
  const exitCode = exitCodeOf(changed.findings);
  const isWritten = changed.text !== undefined && exitCode === EXIT.ok && options.dryRun !== true;
  if (isWritten && changed.text !== undefined) {
    const target = resolve(terminal.directory, changed.path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, changed.text);
    if (target !== path) rmSync(path);
  }
  if (options.json === true) {
    terminal.printJson({
      from: file.path,
      path: changed.path,
      text: changed.text,
      isWritten,
      findings: changed.findings,
    });
    return exitCode;
  }
  if (changed.text !== undefined) {
    const title = changed.path === file.path ? file.path : `${file.path} moves to ${changed.path}`;
    terminal.print(
      `${terminal.style("bold", title)}\n${lineDiff(new TextDecoder().decode(file.bytes), changed.text, terminal)}`,
    );
  }
  printFindings(changed.findings, terminal);
  if (!isWritten) terminal.print("nothing was written");
  return exitCode;
}

function statusOf({ reason, replacedBy, removed, undo }: DeprecateOptions): Status {
  if (undo === true) return { state: "active" };
  if (removed === true) return { state: "removed", date: new Date().toISOString().slice(0, 10), reason };
  if (reason === undefined)
    throw new UsageError("why is it deprecated?", 'Say so:  --reason "Acme has closed", or --removed, or --undo');
  return { state: "deprecated", reason, replaced_by: replacedBy };
}
