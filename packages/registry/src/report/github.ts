import { formatFinding } from "../finding.ts";
import type { Finding } from "../finding.ts";

/** A workflow command: GitHub shows it at the line of the change. */
export function githubAnnotation(finding: Finding): string {
  const { file, line, column, severity, rule } = finding;
  const command = severity === "error" ? "error" : "warning";
  const place = `file=${property(file)},line=${line},col=${column},title=${property(rule)}`;
  return `::${command} ${place}::${data(formatFinding(finding))}`;
}

/** Of all that GitHub reads as its own: the percent sign first, for the others become one. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
