// Findings as Markdown that strangers' text cannot leave.

const MAX_FINDINGS = 50;

/** A table of findings; text of an entry is code, in which nothing is a link, a mention or markup. */
export function findingsTable(findings) {
  const rows = findings.slice(0, MAX_FINDINGS).map((finding) => {
    const { file, line, column, severity, rule, message, got, want, fix } = finding;
    const details = [message, got && `got ${got}`, want && `want ${want}`].filter(Boolean).join("; ");
    const page = `https://github.com/CharmAIOS/charm-telemetry-js/blob/main/docs/registry-rules.md#${slug(rule)}`;
    return `| ${code(`${file}:${line}:${column}`)} | ${severity} | [${slug(rule)}](${page}) | ${code(details)} | ${fix ? code(fix) : ""} |`;
  });
  const more = findings.length > MAX_FINDINGS ? [`\nAnd ${findings.length - MAX_FINDINGS} more.`] : [];
  return ["| where | | rule | what | to mend it |", "| --- | --- | --- | --- | --- |", ...rows, ...more].join("\n");
}

function slug(rule) {
  return String(rule).replaceAll(/[^a-z0-9-]/g, "");
}

/** In a cell of a table even code ends at a bar, and at as many backticks as it began with. */
function code(text) {
  const plain = String(text)
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .replaceAll("`", "'")
    .replaceAll("|", "\u2223");
  return `\`${plain.slice(0, 400)}\``;
}
