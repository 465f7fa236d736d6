/** Findings alone, for programs that report some and have no use for the rules. */
export { compareFindings, formatFinding, shown, visible } from "./finding.ts";
export type { Finding, Severity } from "./finding.ts";
export { countFindings, exitCodeOf, formatFindings } from "./report/report.ts";
export type { ReportFormat } from "./report/report.ts";
export { RULES_PAGE } from "./report/sarif.ts";
