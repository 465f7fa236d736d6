import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Table } from "./table.ts";

export const PAGE: string = fileURLToPath(new URL("../../../docs/reliability.md", import.meta.url));

/**
 * What the page said of a table. Told to write, it puts what is true in its place, unless something has not been seen:
 * then what was there stays.
 */
export function tableOnPage(table: Table, path: string = PAGE, isWriting: boolean = isToldToWrite()): string {
  const page = readFileSync(path, "utf8");
  const part = generatedPart(page, table.name);
  if (isWriting && table.isWhole) writeFileSync(path, part.replace(table.toString()));
  return part.text;
}

function isToldToWrite(): boolean {
  return process.env["RELIABILITY_TABLES"] === "write";
}

/** The part of a page between two marks, and the page with another one in its place. */
function generatedPart(page: string, name: string): { readonly text: string; replace(text: string): string } {
  const [begin, end] = [`<!-- ${name}: begin -->\n\n`, `\n\n<!-- ${name}: end -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no generated part "${name}" in the page`);
  const start = from + begin.length;
  return { text: page.slice(start, to), replace: (text) => page.slice(0, start) + text + page.slice(to) };
}
