export { compareFindings, formatFinding, shown } from "./finding.ts";
export type { Finding, Severity } from "./finding.ts";
