import { describe, expect, it } from "vitest";
import { readText } from "../support/repository.ts";

/** `[file](../file): a test's name` */
const EVIDENCE = /^\[([^\]]+)\]\(\.\.\/([^)]+)\): (.+)$/;

const rows = readText("docs/registry.md")
  .split("\n")
  .flatMap((line) => {
    const [, id = "", , shownBy = ""] = line.split("|").map((cell) => cell.trim());
    return /^R\d+$/.test(id) ? [{ id, tests: shownBy.split("<br>") }] : [];
  });

it("docs/registry.md has all forty requirements, in order", () => {
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, index) => `R${index + 1}`));
});

describe.each(rows)("$id", ({ tests }) => {
  it.each(tests)("is shown by %s", (evidence) => {
    const [, shown, file = "", name = ""] = EVIDENCE.exec(evidence) ?? [];
    expect(file).toBe(shown);
    expect(file).toMatch(/\.test\.ts$/);
    // The name as it is written, of a test or of one for each of several cases.
    const text = readText(file);
    expect(['"', "`"].some((quote) => text.includes(`${quote}${name}${quote},`))).toBe(true);
  });
});
