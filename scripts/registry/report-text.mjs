// Findings as Markdown that strangers' text cannot leave.

const MAX_FINDINGS = 50;
// A comment may have 65,536 characters.
const MAX_CELL = 300;
const RULES_PAGE = "https://github.com/CharmAIOS/charm-telemetry-js/blob/main/docs/registry-rules.md";

/** A table of findings; text of an entry is code, in which nothing is a link, a mention or markup. */
export function findingsTable(findings) {
  const rows = findings.slice(0, MAX_FINDINGS).map((finding) => {
    const { file, line, column, severity, rule, message, got, want, fix } = Object(finding);
    const details = [message, got && `got ${got}`, want && `want ${want}`].filter(Boolean).join("; ");
    const name = word(rule);
    const cells = [
      code(`${file}:${line}:${column}`),
      word(severity),
      `[${name}](${RULES_PAGE}#${name})`,
      code(details),
    ];
    return `| ${[...cells, fix ? code(fix) : ""].join(" | ")} |`;
  });
  const more = findings.length > MAX_FINDINGS ? [`\nAnd ${findings.length - MAX_FINDINGS} more.`] : [];
  return ["| where | | rule | what | to mend it |", "| --- | --- | --- | --- | --- |", ...rows, ...more].join("\n");
}

function word(text) {
  return String(text)
    .replaceAll(/[^a-z0-9-]/g, "")
    .slice(0, 40);
}

/** In a cell of a table even code ends at a bar, and at as many backticks as it began with. */
function code(text) {
  const plain = String(text)
    .slice(0, MAX_CELL)
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .replaceAll("`", "'")
    .replaceAll("|", "\u2223")
    .replaceAll("\\", "\u2216");
  return `\`${plain}\``;
}
