import {
  RULES_PAGE,
  compareFindings,
  countFindings,
  exitCodeOf,
  formatFinding,
  formatFindings,
} from "@charm/telemetry-registry/findings";
import type { Finding, ReportFormat, Severity } from "@charm/telemetry-registry/findings";
import type { Style, Terminal } from "./terminal.ts";

const STYLES: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", undecided: "cyan" };

/** One line for each finding, for people. */
export function printFindings(findings: readonly Finding[], terminal: Terminal): void {
  for (const finding of findings.toSorted(compareFindings)) terminal.print(terminal.wrap(coloured(finding, terminal)));
}

function coloured(finding: Finding, terminal: Terminal): string {
  const { file, line, column, severity, rule } = finding;
  const text = formatFinding(finding);
  const place = `${file}:${line}:${column}`;
  const rest = text.slice(`${place} ${severity} ${rule}`.length);
  return `${terminal.style("bold", place)} ${terminal.style(STYLES[severity], `${severity} ${rule}`)}${rest}`;
}

/** `1 error, 2 warnings`; empty when there is nothing to count. */
export function countsOf(findings: readonly Finding[]): string {
  const { error, warning, undecided } = countFindings(findings);
  return [
    ...(error === 0 ? [] : [counted(error, "error")]),
    ...(undecided === 0 ? [] : [`${undecided} undecided`]),
    ...(warning === 0 ? [] : [counted(warning, "warning")]),
  ].join(", ");
}

export function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** Findings in the format that was asked for; what is about them all, and where the rules are, for people alone. Returns the exit code. */
export function printReport(
  findings: readonly Finding[],
  format: ReportFormat,
  about: string,
  terminal: Terminal,
): number {
  const sorted = findings.toSorted(compareFindings);
  const exitCode = exitCodeOf(sorted);
  if (format === "text") {
    printFindings(sorted, terminal);
    const verdict = exitCode === 0 ? `${terminal.style("green", "ok")} ` : "";
    const counts = countsOf(sorted);
    terminal.print(terminal.wrap(`${verdict}${about}${counts === "" ? "" : `: ${counts}`}`));
    if (sorted.length > 0) terminal.print(`the rules: ${RULES_PAGE}`);
  } else {
    terminal.printText(formatFindings(sorted, format));
  }
  return exitCode;
}
