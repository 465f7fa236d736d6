import { parseArgs } from "node:util";

const OPTIONS = {
  only: { type: "string", multiple: true, default: [] },
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
  update: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
};

/** @returns the options, or `{ problem }` in words for people. */
export function readOptions(args, suiteNames) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS, allowPositionals: false }));
  } catch (error) {
    return { problem: error.message };
  }
  const only = values.only.flatMap((names) => names.split(","));
  const unknown = only.filter((name) => !suiteNames.includes(name));
  if (unknown.length > 0)
    return { problem: `--only ${unknown.join(",")}: no such benchmark. There are: ${suiteNames.join(", ")}.` };
  if (values.update && (values.quick || only.length > 0))
    return { problem: "--update writes a complete run into docs/benchmarks.md: leave out --quick and --only." };
  return { ...values, only };
}

export function helpText(suites) {
  const width = Math.max(...suites.map(({ name }) => name.length));
  return `npm run bench -- [options]

Measures Charm telemetry beside its peers. A table on stdout, progress on stderr. Needs the packages built.

  --only NAME[,NAME]  these benchmarks alone
  --quick             fewer repetitions and peers' slow cases left out: to see that it works, not to quote
  --json              everything measured, as JSON
  --markdown          the tables as Markdown
  --update            writes them into docs/benchmarks.md
  --help

Exit code: 0 measured, whether targets are met or not; 1 something could not be measured; 2 wrong usage.

${suites.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join("\n")}
`;
}
