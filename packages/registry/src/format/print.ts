const PRINT_WIDTH = 120;
/** Raw in a string they would turn, hide or break the text that people review. */
const ESCAPED = /[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\x7f-\x9f]/gu;

/** A number as it is written, which reading it could change. */
export class RawNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An object with its keys in their order, whatever they are. */
export type Members = readonly (readonly [key: string, value: unknown])[];
export class PrintedObject {
  readonly members: Members;
  constructor(members: Members) {
    this.members = members;
  }
}

/** JSON as the registry's files are written: two spaces, short lists on one line, a line feed at the end. */
export function print(value: unknown): string {
  return `${printValue(value, "", 0)}\n`;
}

/** @param used how many columns of the line are taken: those before the value, and a comma behind it */
function printValue(value: unknown, indent: string, used: number): string {
  if (typeof value === "string") return printString(value);
  if (value instanceof RawNumber) return value.text;
  if (Array.isArray(value)) return printArray(value as unknown[], indent, used);
  if (value instanceof PrintedObject) return printObject(value.members, indent);
  if (typeof value === "object" && value !== null) return printObject(Object.entries(value), indent);
  return JSON.stringify(value);
}

function printArray(values: readonly unknown[], indent: string, used: number): string {
  const isShort = values.every((value) => typeof value !== "object" || value === null || value instanceof RawNumber);
  const line = isShort ? `[${values.map((value) => printValue(value, "", 0)).join(", ")}]` : undefined;
  if (line !== undefined && used + line.length <= PRINT_WIDTH) return line;
  const inner = `${indent}  `;
  const lines = values.map((value, index) => {
    return inner + printValue(value, inner, inner.length + commaAfter(index, values));
  });
  return `[\n${lines.join(",\n")}\n${indent}]`;
}

function printObject(members: Members, indent: string): string {
  if (members.length === 0) return "{}";
  const inner = `${indent}  `;
  const lines = members.map(([key, value], index) => {
    const start = `${inner}${printString(key)}: `;
    return start + printValue(value, inner, start.length + commaAfter(index, members));
  });
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

function commaAfter(index: number, list: readonly unknown[]): 0 | 1 {
  return index < list.length - 1 ? 1 : 0;
}

function printString(text: string): string {
  return JSON.stringify(text).replace(ESCAPED, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      return `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
}
