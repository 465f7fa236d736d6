import { formatFinding } from "../finding.ts";
import type { Finding, Severity } from "../finding.ts";
import { githubAnnotation } from "./github.ts";
import { sarifLog } from "./sarif.ts";

/** How findings can be told. */
export type ReportFormat = "text" | "json" | "github" | "sarif";

/**
 * Findings as text: a line each (`text`), data (`json`: `{ findings, counts }`), workflow commands that GitHub shows at the
 * line (`github`), or SARIF 2.1.0 (`sarif`).
 */
export function formatFindings(findings: readonly Finding[], format: ReportFormat): string {
  if (format === "json") return `${JSON.stringify({ findings, counts: countFindings(findings) }, null, 2)}\n`;
  if (format === "sarif") return `${JSON.stringify(sarifLog(findings), null, 2)}\n`;
  const formatLine = format === "github" ? githubAnnotation : formatFinding;
  return findings.map((finding) => `${formatLine(finding)}\n`).join("");
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, undecided: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** 1 with an error, 3 if something is undecided, else 0: warnings are no failure. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 3 {
  const { error, undecided } = countFindings(findings);
  return error > 0 ? 1 : undecided > 0 ? 3 : 0;
}
