import { describe, expect, it } from "vitest";
import { validateRegistry } from "../../src/index.ts";
import { countFindings, exitCodeOf, formatFindings } from "../../src/report/report.ts";
import { RULES } from "../../src/rules/table.ts";
import type { Finding } from "../../src/index.ts";
import { fileOf, textFile } from "../support/manifests.ts";

const finding: Finding = {
  file: "registry/telemetry/manifests/foo.json",
  line: 4,
  column: 12,
  severity: "error",
  rule: "text-html",
  message: '"<b>"',
  want: "plain text",
  fix: "delete it",
};
const hostile: Finding = {
  ...finding,
  file: "a,line=1::error file=b%0A\n::error::c.json",
  message: "50% done\r\n::set-output name=x::y",
  severity: "undecided",
};

describe("as text", () => {
  it("is a line each", () => {
    expect(formatFindings([finding], "text")).toBe(
      'registry/telemetry/manifests/foo.json:4:12 error text-html: "<b>"; want plain text (fix: delete it)\n',
    );
  });

  it("keeps a file's name on its line", () => {
    expect(formatFindings([{ ...hostile, message: "x" }], "text").split("\n")).toHaveLength(2);
  });
});

it("is data", () => {
  expect(JSON.parse(formatFindings([finding], "json"))).toEqual({
    findings: [finding],
    counts: { error: 1, warning: 0, undecided: 0 },
  });
});

it("is no command to GitHub by what strangers wrote or called their files", () => {
  const command = "##[error]all is well";
  const findings = validateRegistry({
    files: [fileOf("acme", { version: command }), textFile(`${command}.json`, "{}"), fileOf("reef", { [command]: "" })],
  });
  const text = formatFindings(findings, "text");
  expect(text).not.toContain("##[");
  expect(text.split(String.raw`##\u{5B}error]`)).toHaveLength(4);
});

describe("as annotations", () => {
  it("is a workflow command", () => {
    expect(formatFindings([finding], "github")).toBe(
      '::error file=registry/telemetry/manifests/foo.json,line=4,col=12,title=text-html::registry/telemetry/manifests/foo.json:4:12 error text-html: "<b>"; want plain text (fix: delete it)\n',
    );
  });

  it("cannot be forged, by no name of a file and by no text", () => {
    const lines = formatFindings([hostile], "github")
      .trimEnd()
      .split(/[\r\n]/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^::warning file=[^,:]*,line=4,col=12,title=text-html::/);
    expect(lines[0]).toContain("50%25 done%0D%0A::set-output");
  });
});

interface SarifResult {
  readonly message: { readonly text: string };
  readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[];
}

function resultsOf(findings: readonly Finding[]): readonly SarifResult[] {
  const log = JSON.parse(formatFindings(findings, "sarif")) as { runs: { results: SarifResult[] }[] };
  return log.runs.flatMap(({ results }) => results);
}

describe("as SARIF", () => {
  const log = JSON.parse(formatFindings([finding, hostile], "sarif")) as {
    version: string;
    runs: { tool: { driver: { rules: { id: string; helpUri: string }[] } }; results: Record<string, unknown>[] }[];
  };
  const [run] = log.runs;

  it("has all rules, each with its page", () => {
    expect(log.version).toBe("2.1.0");
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(Object.keys(RULES));
    for (const { id, helpUri } of run?.tool.driver.rules ?? [])
      expect(helpUri).toMatch(new RegExp(`/docs/registry-rules\\.md#${id}$`));
  });

  it("points at the place, by the rule's number too", () => {
    expect(run?.results[0]).toEqual({
      ruleId: "text-html",
      ruleIndex: Object.keys(RULES).indexOf("text-html"),
      level: "error",
      message: { text: '"<b>"; want plain text (fix: delete it)' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "registry/telemetry/manifests/foo.json" },
            region: { startLine: 4, startColumn: 12 },
          },
        },
      ],
    });
  });

  it("has names of files as addresses, and no links but its own", () => {
    const [result] = resultsOf([{ ...hostile, message: "[here](https://evil.example)" }]);
    expect(result?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(
      "a%2Cline%3D1%3A%3Aerror%20file%3Db%250A%0A%3A%3Aerror%3A%3Ac.json",
    );
    expect(result?.message.text).toBe(String.raw`\[here\](https://evil.example); want plain text (fix: delete it)`);
  });
});

it("counts, and ends with 1 for errors, 3 for what is undecided, else 0", () => {
  const of = (...severities: Finding["severity"][]): Finding[] =>
    severities.map((severity) => ({ ...finding, severity }));
  expect(countFindings(of("error", "warning", "warning"))).toEqual({ error: 1, warning: 2, undecided: 0 });
  expect(exitCodeOf([])).toBe(0);
  expect(exitCodeOf(of("warning"))).toBe(0);
  expect(exitCodeOf(of("warning", "undecided"))).toBe(3);
  expect(exitCodeOf(of("undecided", "error"))).toBe(1);
});

it("cuts what strangers wrote", () => {
  const [found] = validateRegistry({ files: [fileOf("acme", { version: "^".repeat(5000) })] });
  expect(found?.got).toBe(`"${"^".repeat(80)}…"`);
});
