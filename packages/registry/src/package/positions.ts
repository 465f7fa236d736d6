import { parse } from "@humanwhocodes/momoa";
import type { ValueNode } from "@humanwhocodes/momoa";
import { Document } from "../document/document.ts";
import { parseJson } from "../document/parse.ts";
import type { Finding } from "../finding.ts";

/** From 1; columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const START: Position = { line: 1, column: 1 };

/** Deeper than any package.json is, and no trouble to the parser. */
const MAX_DEPTH = 100;

/** What is wrong with a JSON text as such. */
export function checkJson(file: string, text: string): Finding[] {
  // What mends manifests mends no other file.
  return parseJson(new Document(file, text), MAX_DEPTH).findings.map((finding) => ({ ...finding, fix: undefined }));
}

/** Where the value of a path stands in a JSON text, or the nearest around it that is there. */
export function positionOf(text: string, path: readonly string[]): Position {
  let node: ValueNode;
  try {
    node = parse(text, { mode: "json" }).body;
  } catch {
    return START; // not JSON, or nested so deeply that no package.json could be
  }
  let found = START;
  for (const key of path) {
    if (node.type !== "Object") break;
    const member = node.members.findLast(({ name }) => (name.type === "String" ? name.value : name.name) === key);
    if (member === undefined) break;
    node = member.value;
    found = { line: node.loc.start.line, column: node.loc.start.column };
  }
  return found;
}
