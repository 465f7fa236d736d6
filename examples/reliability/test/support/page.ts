import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { generatedPart } from "../../src/index.ts";
import type { Table } from "../../src/index.ts";

const PAGE = fileURLToPath(new URL("../../../../docs/reliability.md", import.meta.url));

/** Fails when the page says something else; writes what is true into it when it is told to. */
export function expectTable(name: string, table: Table): void {
  const page = readFileSync(PAGE, "utf8");
  const part = generatedPart(page, name);
  if (process.env["RELIABILITY_TABLES"] === "write") writeFileSync(PAGE, part.replace(table.toString()));
  expect(table.toString(), "docs/reliability.md differs (fix: npm run reliability)").toBe(part.text);
}
