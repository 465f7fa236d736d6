import { shown } from "../finding.ts";
import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { invisibleCharacter } from "../unicode/invisible.ts";
import { mixedScript } from "../unicode/mixed-script.ts";
import { codePoint } from "../unicode/spelled.ts";

/** How many characters (code points) the fields for people may have. */
const TEXT_LIMITS: Readonly<Record<"name" | "author" | "description" | "reason", { min: number; max: number }>> = {
  name: { min: 2, max: 60 },
  author: { min: 2, max: 80 },
  description: { min: 10, max: 280 },
  reason: { min: 3, max: 280 },
};

/** A tag, an end tag, a comment or a processing instruction. */
const TAG = /<[a-z/!?][^\s>]*/i;
/** Without a semicolon HTML reads numbers and a hundred old names; of the names, only those of markup's own signs count. */
const ENTITY = /&(?:#\d+|#[xX][\da-fA-F]+|[a-zA-Z][a-zA-Z\d]{1,31};|amp|AMP|lt|LT|gt|GT|quot|QUOT)/;
const LINE_BREAK = /[\n\r\v\f\u0085\u2028\u2029]/;

/** What is wrong with the name of an exporter, as people read it. */
export function checkName(text: string): Problem[] {
  return checkText("name", text);
}

/** What is wrong with the name of an author. */
export function checkAuthor(text: string): Problem[] {
  return checkText("author", text);
}

/** What is wrong with the sentence that describes an exporter. */
export function checkDescription(text: string): Problem[] {
  return checkText("description", text);
}

/** What is wrong with the reason of a deprecation or removal. */
export function checkReason(text: string): Problem[] {
  return checkText("reason", text);
}

function checkText(field: keyof typeof TEXT_LIMITS, text: string): Problem[] {
  return [
    ...checkLength(field, text),
    ...checkShape(field, text),
    ...checkHtml(text),
    ...checkInvisible(text),
    ...checkScripts(text),
  ];
}

function checkLength(field: keyof typeof TEXT_LIMITS, text: string): Problem[] {
  const { min, max } = TEXT_LIMITS[field];
  const { length } = Array.from(text);
  const has = `${field} has ${length} ${length === 1 ? "character" : "characters"}`;
  if (length > max) return [{ rule: "text-length", message: `${has}, limit ${max}` }];
  return length < min ? [{ rule: "text-length", message: `${has}, want at least ${min}` }] : [];
}

function checkShape(field: string, text: string): Problem[] {
  const problems: Problem[] = [];
  const lineBreak = text.search(LINE_BREAK);
  if (lineBreak >= 0) problems.push({ rule: "text-line", message: `${field} is one line of text`, offset: lineBreak });
  if (text.trim() !== text) {
    problems.push({ rule: "text-trim", message: `${field} begins or ends with a space`, want: quoted(text.trim()) });
  }
  if (text.normalize("NFC") !== text) {
    const message = `${field} is not in Unicode's normal form C`;
    problems.push({ rule: "text-nfc", message, fix: "charm-telemetry registry fmt --write" });
  }
  return problems;
}

function checkHtml(text: string): Problem[] {
  return [TAG.exec(text), ENTITY.exec(text)].flatMap((match) =>
    match === null
      ? []
      : [{ rule: "text-html", message: quoted(match[0]), want: "plain text without markup", offset: match.index }],
  );
}

function checkInvisible(text: string): Problem[] {
  const found = invisibleCharacter(text);
  if (found === undefined || LINE_BREAK.test(found.character)) return [];
  const message = `"${codePoint(found.character)}" is ${found.kind}`;
  return [{ rule: "text-invisible", message, fix: "delete the character", offset: found.offset }];
}

function checkScripts(text: string): Problem[] {
  const mixed = mixedScript(text);
  if (mixed === undefined) return [];
  const message = `"${mixed.word}" mixes ${mixed.scripts}`;
  return [{ rule: "text-mixed-script", message, want: "words in one script" }];
}

function quoted(text: string): string {
  return `"${shown(text)}"`;
}

/** What JSON Schema can say of a text: its length, one line without spaces at its ends, and no tags. */
export function textSchema(field: keyof typeof TEXT_LIMITS, description: string): JsonSchema {
  const { min: minLength, max: maxLength } = TEXT_LIMITS[field];
  return {
    description,
    type: "string",
    minLength,
    maxLength,
    pattern: "^\\S(?:.*\\S)?$",
    not: { pattern: "<[A-Za-z/!?]" },
  };
}
