import { parse } from "@humanwhocodes/momoa";
import type { ValueNode } from "@humanwhocodes/momoa";

/** From 1; columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const START: Position = { line: 1, column: 1 };

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
