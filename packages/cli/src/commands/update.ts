import { resolve } from "node:path";
import { ScaffoldError, formatChange, updateScaffold } from "create-charm-telemetry";
import type { UpdateReport } from "create-charm-telemetry";
import { EXIT } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";

export interface UpdateCommandOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Brings a scaffold to today's template. */
export async function update(folder: string, options: UpdateCommandOptions, terminal: Terminal): Promise<number> {
  const { dryRun: isDryRun = false, force: isForced = false } = options;
  let report: UpdateReport;
  try {
    report = await updateScaffold(resolve(terminal.directory, folder), { isDryRun, isForced });
  } catch (error) {
    if (!(error instanceof ScaffoldError)) throw error;
    if (options.json === true) terminal.printJson({ error: { rule: error.rule, message: error.message } });
    else terminal.warn(terminal.wrap(String(error)));
    return error.exitCode;
  }
  if (options.json === true) terminal.printJson({ ...report, dryRun: isDryRun });
  else print(report, isDryRun, terminal);
  return report.changes.some(({ kind }) => kind === "conflict") ? EXIT.findings : EXIT.ok;
}

function print({ from, to, changes }: UpdateReport, isDryRun: boolean, terminal: Terminal): void {
  if (from === to) {
    terminal.print(`${terminal.style("green", "ok")} template ${to} is today's`);
    return;
  }
  for (const change of changes) {
    const line = terminal.wrap(formatChange(change));
    terminal.print(change.kind === "conflict" ? terminal.style("yellow", line) : line);
  }
  const conflicts = changes.filter(({ kind }) => kind === "conflict").length;
  const next = conflicts > 0 ? "; put each .new into its file, then remove it" : "";
  terminal.print(`template ${from} to ${to}${isDryRun ? ": nothing was written" : next}`);
}
