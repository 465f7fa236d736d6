import { join } from "node:path";
import { expect, it } from "vitest";
import { formatFindings } from "../src/report/report.ts";
import { RULES } from "../src/rules/table.ts";
import { findingsOf, ruleCases } from "./support/cases.ts";

/** Judged where the published index or a pull request is read, by tests of their own. */
const ELSEWHERE = ["index-signature", "registry-files"];

const cases = ruleCases();

it("has entries that it must refuse and entries that it must accept, for every rule", () => {
  const rulesWith = (kind: string): string[] => [
    ...new Set(cases.filter((each) => each.kind === kind).map(({ rule }) => rule)),
  ];
  const expected = Object.keys(RULES)
    .filter((rule) => !ELSEWHERE.includes(rule))
    .toSorted();
  expect(rulesWith("bad")).toEqual(expected);
  expect(rulesWith("good")).toEqual(expected);
});

it.each(cases.filter(({ kind }) => kind === "bad"))("refuses $rule/$name, and says where", async (each) => {
  const findings = findingsOf(each);
  expect(findings.map(({ rule }) => rule)).toContain(each.rule);
  for (const { file, line, column, message, rule, want, fix } of findings) {
    expect(file).toMatch(/^registry\/telemetry\//);
    expect(Number.isSafeInteger(line) && line >= 1 && Number.isSafeInteger(column) && column >= 1).toBe(true);
    expect(message).not.toBe("");
    expect({ message, todo: want ?? fix ?? "" }).not.toHaveProperty("todo", "");
    expect(RULES).toHaveProperty(rule);
  }
  await expect(formatFindings(findings, "text")).toMatchFileSnapshot(join(each.folder, "expected.txt"));
});

it.each(cases.filter(({ kind }) => kind === "good"))("accepts $rule/$name", (each) => {
  expect(formatFindings(findingsOf(each), "text")).toBe("");
});
