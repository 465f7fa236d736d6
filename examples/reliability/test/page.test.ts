import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PAGE, TABLES, tableOf, tableOnPage } from "../src/index.ts";
import type { TableName } from "../src/index.ts";

const names = Object.keys(TABLES) as TableName[];

function cellsOf(markdown: string): string[][] {
  const lines = markdown.split("\n").map((line) => line.split("|").slice(1, -1));
  return lines.filter((_, index) => index !== 1).map((cells) => cells.map((cell) => cell.trim()));
}

it.each(names)("docs/reliability.md has the rows and columns of what is tried: %s", (name) => {
  const [columns, ...rows] = cellsOf(tableOnPage(tableOf(name), PAGE, false));
  expect(columns).toEqual(TABLES[name].columns);
  expect(rows.map(([row]) => row)).toEqual(TABLES[name].rows);
  expect(rows.flat()).not.toContain("");
});

describe("a page that says something else than what was seen", () => {
  let folder = "";
  let page = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "charm-page-"));
    page = join(folder, "page.md");
    writeFileSync(page, "before\n\n<!-- misbehaving: begin -->\n\nold\n\n<!-- misbehaving: end -->\n\nafter\n");
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("is told from it, is put right, and is right the next time", () => {
    const table = tableOf("misbehaving");
    for (const row of TABLES.misbehaving.rows) table.set(row, "to the three beside it", "nothing");
    expect(tableOnPage(table, page, true)).toBe("old");
    expect(tableOnPage(table, page, true)).toBe(table.toString());
    expect(readFileSync(page, "utf8")).toMatch(/^before\n[^]*\| throws +\| nothing +\|[^]*\nafter\n$/);
  });

  it("stays as it is when it is only looked at, and when not all was seen", () => {
    const before = readFileSync(page, "utf8");
    const table = tableOf("misbehaving");
    for (const row of TABLES.misbehaving.rows.slice(1)) table.set(row, "to the three beside it", "nothing");
    expect(tableOnPage(table, page, true)).toBe("old");
    table.set("throws", "to the three beside it", "nothing");
    expect(tableOnPage(table, page, false)).toBe("old");
    expect(readFileSync(page, "utf8")).toBe(before);
  });
});
