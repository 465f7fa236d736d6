import type { MemberNode, ObjectNode, StringNode, ValueNode } from "@humanwhocodes/momoa";
import type { Finding } from "../finding.ts";
import type { Problem } from "../problem.ts";
import { RULES } from "../rules/table.ts";

/** Anything that stands in the text: `range` is from and to, in UTF-16 units. */
interface Placed {
  readonly range?: readonly number[] | undefined;
}

/** A JSON file, with the places of all that is in it. */
export class Document {
  /** As people would write it. */
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** @param offset in UTF-16 units, from 0 */
  position(offset: number): { line: number; column: number } {
    this.#lineStarts ??= lineStarts(this.text);
    const line = this.#lineStarts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (this.#lineStarts[line] ?? 0) + 1 };
  }

  /** A finding at a place; the rule says how severe it is. */
  finding(offset: number, { rule, message, got, want, fix }: Problem): Finding {
    const { severity, fix: usualFix } = RULES[rule];
    const place = { file: this.file, ...this.position(offset) };
    return { ...place, severity, rule, message, got, want, fix: fix ?? (want === undefined ? usualFix : undefined) };
  }

  /** A finding about a node, or about a character in a string. */
  findingAt(node: Placed, problem: Problem): Finding {
    const start = startOf(node);
    const isInside = problem.offset !== undefined && this.text[start] === '"';
    return this.finding(isInside ? this.#characterAt(start + 1, problem.offset) : start, problem);
  }

  /** Where a character of a decoded string stands in the text, in which it may have been written as an escape. */
  #characterAt(start: number, offset: number): number {
    let at = start;
    for (let decoded = 0; decoded < offset; decoded += 1) {
      at += this.text[at] === "\\" ? (this.text[at + 1] === "u" ? 6 : 2) : 1;
    }
    return at;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}

export function startOf(node: Placed): number {
  return node.range?.[0] ?? 0;
}

export function keyOf(member: MemberNode): string {
  return member.name.type === "String" ? member.name.value : member.name.name;
}

/** The first member of a name: that there is a second is a finding of its own. */
export function memberOf(node: ObjectNode, key: string): MemberNode | undefined {
  return node.members.find((member) => keyOf(member) === key);
}

export function isString(node: ValueNode | undefined): node is StringNode {
  return node?.type === "String";
}
