import { formatNumber, suiteRows, TARGET_HEADER, targetRow } from "./format.mjs";

/** For a terminal. */
export function renderText({ machine, suites }) {
  const parts = [describe(machine)];
  for (const suite of suites) parts.push(`${suite.title}\n${suite.note}\n\n${alignColumns(suiteRows(suite))}`);
  const targets = suites.flatMap((suite) => suite.targets);
  if (targets.length > 0) parts.push(`Targets\n\n${alignColumns([TARGET_HEADER, ...targets.map(targetRow)])}`);
  return `${parts.join("\n\n")}\n`;
}

/** For a page. */
export function renderMarkdown({ machine, suites }) {
  const targets = suites.flatMap((suite) => suite.targets);
  const parts = [describe(machine), "### Targets", markdownTable([TARGET_HEADER, ...targets.map(targetRow)])];
  for (const suite of suites) parts.push(`### ${suite.title}`, suite.note, markdownTable(suiteRows(suite)));
  return `${parts.join("\n\n")}\n`;
}

function describe({ date, node, cores, cpu, platform, clock, peers, load, minutes, quick }) {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return (
    `${date}, Node ${node}, ${cores} cores (${cpu}, ${platform}), load ${load} at the start, ` +
    `${quick ? "quick run of" : "a run of"} ${formatNumber(minutes)} minutes. Main-thread CPU by ${clock}. Peers: ${versions.join(", ")}.`
  );
}

function alignColumns(rows) {
  const complete = rows.filter((row) => row.length === rows[0].length);
  const widths = rows[0].map((_, column) =>
    Math.max(...(column === 0 ? rows : complete).map((row) => row[column].length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || row.length < rows[0].length ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

function markdownTable([header, ...rows]) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const padded = rows.map((row) => [...row, ...Array.from({ length: header.length - row.length }, () => "")]);
  return [line(header), line(header.map((_, column) => (column === 0 ? "---" : "---:"))), ...padded.map(line)].join(
    "\n",
  );
}
