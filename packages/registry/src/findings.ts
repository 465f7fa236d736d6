/** What findings are and how they are told; apart from the rules, for programs that have findings of their own. */
export { compareFindings, formatFinding, shown, visible } from "./finding.ts";
export type { Finding, Severity } from "./finding.ts";
export { countFindings, exitCodeOf, formatFindings } from "./report/report.ts";
export type { ReportFormat } from "./report/report.ts";
export { RULES_PAGE } from "./report/sarif.ts";
