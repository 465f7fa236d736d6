import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generatedPart } from "../../src/index.ts";
import type { Table } from "../../src/index.ts";

const PAGE = fileURLToPath(new URL("../../../../docs/reliability.md", import.meta.url));

/** What the page says; what is true is written into it when it is told to. */
export function tableOnPage(name: string, table: Table): string {
  const page = readFileSync(PAGE, "utf8");
  const part = generatedPart(page, name);
  if (process.env["RELIABILITY_TABLES"] === "write") writeFileSync(PAGE, part.replace(table.toString()));
  return part.text;
}
