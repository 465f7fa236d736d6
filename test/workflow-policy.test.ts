import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, readText, repositoryFiles } from "./support/repository.ts";
import { workflowFindings } from "./support/workflow-policy.ts";

const FIXTURES = "test/fixtures/workflows";

/** Ours, and those that a scaffold gives to its author. */
const workflows = repositoryFiles().filter(
  (path) => /(?:^|\/)[._]?github\/workflows\/[^/]+\.ya?ml$/.test(path) && !path.includes("/fixtures/"),
);

it("looks at all workflows", () => {
  expect(workflows).toEqual(expect.arrayContaining([".github/workflows/ci.yml", ".github/workflows/release.yml"]));
});

it.each(workflows)("has nothing to say about %s", (path) => {
  expect(workflowFindings(path, readText(path))).toEqual([]);
});

describe("a workflow that must not be", () => {
  const bad = readdirSync(join(ROOT, FIXTURES)).filter((file) => file !== "good.yml");

  it.each(bad)("is told where it is wrong: %s", (file) => {
    const text = readText(`${FIXTURES}/${file}`);
    // Its first line says what is wrong with it.
    const [, place, finding] = /^# (\d+:\d+) (.+)/.exec(text) ?? [];
    expect(workflowFindings(file, text)).toEqual([`${file}:${place} error ${finding}`]);
  });

  it("breaks each of the rules, one at a time", () => {
    const broken = bad.map((file) => /^# \S+ ([\w-]+):/.exec(readText(`${FIXTURES}/${file}`))?.[1] ?? "");
    const rules = [...readText("test/support/workflow-policy.ts").matchAll(/complain\([^"]*"([\w-]+)"/g)];
    expect(new Set(broken)).toEqual(new Set(rules.map((match) => match[1])));
  });
});

it("is no complaint about one that is as it should be", () => {
  expect(workflowFindings("good.yml", readText(`${FIXTURES}/good.yml`))).toEqual([]);
});
