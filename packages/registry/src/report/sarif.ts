import type { Log } from "sarif";
import { describeFinding } from "../finding.ts";
import type { Finding, Severity } from "../finding.ts";
import { RULES } from "../rules/table.ts";

/** What each rule is about, with examples; a rule's name is its fragment. */
export const RULES_PAGE = "https://github.com/CharmAIOS/charm-telemetry-js/blob/main/docs/registry-rules.md";
const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  undecided: "note",
};

/** The findings, with all rules, as GitHub's code scanning and editors read them. */
export function sarifLog(findings: readonly Finding[]): object {
  const ruleIds = Object.keys(RULES);
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "charm-telemetry registry",
            informationUri: RULES_PAGE,
            rules: Object.entries(RULES).map(([id, { severity, summary, why }]) => ({
              id,
              shortDescription: { text: summary },
              help: { text: `${summary} ${why}` },
              helpUri: `${RULES_PAGE}#${id}`,
              defaultConfiguration: { level: LEVELS[severity] },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: ruleIds.indexOf(finding.rule),
          level: LEVELS[finding.severity],
          message: { text: messageOf(finding) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: finding.file.split("/").map(encodeSegment).join("/") },
                region: { startLine: finding.line, startColumn: finding.column },
              },
            },
          ],
        })),
      },
    ],
  };
  return log;
}

/** Square brackets would be a link, to wherever the text of a stranger leads. */
function messageOf(finding: Finding): string {
  return describeFinding(finding).replace(/[[\]]/g, String.raw`\$&`);
}

/** File names come from strangers too, and need not be well-formed. */
function encodeSegment(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\u{FFFD}"));
}
