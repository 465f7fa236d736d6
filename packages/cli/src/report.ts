import { compareFindings, formatFinding } from "@charm/telemetry-registry/findings";
import type { Finding, Severity } from "@charm/telemetry-registry/findings";
import { EXIT } from "./exit-code.ts";
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
export function countFindings(findings: readonly Finding[]): string {
  const count = (severity: Severity, word: string, words: string): string[] => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? word : words}`];
  };
  return [
    ...count("error", "error", "errors"),
    ...count("undecided", "undecided", "undecided"),
    ...count("warning", "warning", "warnings"),
  ].join(", ");
}

/** Warnings alone are good; what is undecided counts where nothing is known to be wrong. */
export function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some(({ severity }) => severity === "error")) return EXIT.findings;
  return findings.some(({ severity }) => severity === "undecided") ? EXIT.undecided : EXIT.ok;
}

/** Annotations of a GitHub workflow. Nothing in a finding can forge another command. */
export function printWorkflowCommands(findings: readonly Finding[], terminal: Terminal): void {
  for (const finding of findings.toSorted(compareFindings)) {
    const { file, line, column, severity, rule } = finding;
    const kind = severity === "error" ? "error" : "warning";
    const properties = { file, line: String(line), col: String(column), title: rule };
    const list = Object.entries(properties).map(([name, value]) => `${name}=${escaped(value, /[%\r\n:,]/g)}`);
    const text = formatFinding(finding).slice(`${file}:${line}:${column} ${severity} ${rule}: `.length);
    terminal.print(`::${kind} ${list.join(",")}::${escaped(text, /[%\r\n]/g)}`);
  }
}

function escaped(text: string, characters: RegExp): string {
  return text.replaceAll(characters, (each) => encodeURIComponent(each));
}
