import { parse, tokenize } from "@humanwhocodes/momoa";
import type { Node, ObjectNode, Token, ValueNode } from "@humanwhocodes/momoa";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { codePoint } from "../unicode/spelled.ts";
import { keyOf, startOf } from "./document.ts";
import type { Document } from "./document.ts";

const MAX_DEPTH = 4;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What a text says, and where; what JSON does not allow but people write is understood, and is a finding. */
export function parseJson(document: Document, maxDepth: number = MAX_DEPTH): { body?: ValueNode; findings: Finding[] } {
  const findings: Finding[] = [];
  let tokens: Token[] = [];
  try {
    // Tokens come without recursion: what is nested too deep never reaches the parser.
    tokens = tokenize(document.text, { mode: "jsonc", ranges: true });
    findings.push(...commentFindings(document, tokens), ...commaFindings(document, tokens));
    const tooDeep = firstTooDeep(tokens, maxDepth);
    if (tooDeep !== undefined) {
      findings.push(document.finding(startOf(tooDeep), { rule: "depth", message: `nested deeper than ${maxDepth}` }));
      return { findings };
    }
    const { body } = parse(document.text, { mode: "jsonc", ranges: true, allowTrailingCommas: true });
    findings.push(...stringFindings(document, body));
    if (findings.length === 0) JSON.parse(document.text);
    return { body, findings };
  } catch (error) {
    return { findings: [...findings, syntaxFinding(document, error, isUnfinished(tokens, error))] };
  }
}

function syntaxFinding(document: Document, error: unknown, isCut: boolean): Finding {
  const { offset = 0, message: reason } = error as { offset?: number; message: string };
  const end = document.text.trimEnd().length;
  const at = isCut || reason.startsWith("Unexpected end") ? end : Math.min(offset, end);
  const found = String.fromCodePoint(document.text.codePointAt(at) ?? 0);
  const message =
    at >= end ? "unexpected end of the file" : `unexpected "${/[^\S ]/.test(found) ? codePoint(found) : shown(found)}"`;
  return document.finding(at, { rule: "json-syntax", message, want: "JSON" });
}

/** The parser blames the last token of a text that is cut off. */
function isUnfinished(tokens: Token[], error: unknown): boolean {
  const { offset } = error as { offset?: number };
  return offset === tokens.at(-1)?.range?.[0] && (depths(tokens).at(-1) ?? 0) > 0;
}

function commentFindings(document: Document, tokens: Token[]): Finding[] {
  return tokens
    .filter(({ type }) => type === "LineComment" || type === "BlockComment")
    .map((token) => document.finding(startOf(token), { rule: "json-comment", message: "JSON has no comments" }));
}

function commaFindings(document: Document, tokens: Token[]): Finding[] {
  const significant = tokens.filter(({ type }) => type !== "LineComment" && type !== "BlockComment");
  return significant
    .filter(({ type }, index) => type === "Comma" && /^(?:RBrace|RBracket)$/.test(significant[index + 1]?.type ?? ""))
    .map((token) => {
      return document.finding(startOf(token), { rule: "trailing-comma", message: "comma before a closing bracket" });
    });
}

function firstTooDeep(tokens: Token[], maxDepth: number): Token | undefined {
  const tooDeep = depths(tokens).findIndex((depth) => depth > maxDepth);
  return tooDeep < 0 ? undefined : tokens[tooDeep];
}

/** How many brackets are open behind each token. */
function depths(tokens: Token[]): number[] {
  let depth = 0;
  return tokens.map(({ type }) => {
    if (type === "LBrace" || type === "LBracket") depth += 1;
    if (type === "RBrace" || type === "RBracket") depth -= 1;
    return depth;
  });
}

/** Keys that are there twice, and halves of characters, in all objects and arrays. */
function stringFindings(document: Document, node: ValueNode): Finding[] {
  if (node.type === "Object") {
    return [
      ...duplicateKeys(document, node),
      ...node.members.flatMap(({ name, value }) => [
        ...controlFindings(document, name),
        ...surrogateFindings(document, name, name.type === "String" ? name.value : name.name),
        ...stringFindings(document, value),
      ]),
    ];
  }
  if (node.type === "Array") return node.elements.flatMap(({ value }) => stringFindings(document, value));
  if (node.type !== "String") return [];
  return [...controlFindings(document, node), ...surrogateFindings(document, node, node.value)];
}

function duplicateKeys(document: Document, { members }: ObjectNode): Finding[] {
  const first = new Map<string, number>();
  return members.flatMap((member) => {
    const [key, offset] = [keyOf(member), startOf(member.name)];
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, offset);
    if (earlier === undefined) return [];
    const { line, column } = document.position(earlier);
    const message = `"${shown(key)}" also at ${line}:${column}`;
    return [document.finding(offset, { rule: "duplicate-key", message })];
  });
}

/** The parser takes tabs and other controls in a string, JSON does not. */
function controlFindings(document: Document, node: Node): Finding[] {
  const raw = document.text.slice(node.range?.[0], node.range?.[1]);
  const at = raw.split("").findIndex((unit) => unit < " ");
  if (at < 0) return [];
  const message = `unexpected "${shown(raw.charAt(at))}" in a text`;
  return [document.finding(startOf(node) + at, { rule: "json-syntax", message, want: "an escape such as \\t" })];
}

function surrogateFindings(document: Document, node: Node, text: string): Finding[] {
  const offset = text.search(LONE_SURROGATE);
  if (offset < 0) return [];
  const message = `"${shown(text.charAt(offset))}" is half of a character`;
  return [document.findingAt(node, { rule: "lone-surrogate", message, offset })];
}
