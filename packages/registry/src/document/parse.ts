import { parse, tokenize } from "@humanwhocodes/momoa";
import type { Node, ObjectNode, Token, ValueNode } from "@humanwhocodes/momoa";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { keyOf, startOf } from "./document.ts";
import type { Document } from "./document.ts";

const MAX_DEPTH = 4;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What a text says, and where; what JSON does not allow but people write is understood, and is a finding. */
export function parseJson(document: Document): { body?: ValueNode; findings: Finding[] } {
  const findings: Finding[] = [];
  try {
    // Tokens come without recursion: what is nested too deep never reaches the parser.
    const tokens = tokenize(document.text, { mode: "jsonc", ranges: true });
    findings.push(...commentFindings(document, tokens), ...commaFindings(document, tokens));
    const tooDeep = firstTooDeep(tokens);
    if (tooDeep !== undefined) {
      findings.push(document.finding(startOf(tooDeep), { rule: "depth", message: `nested deeper than ${MAX_DEPTH}` }));
      return { findings };
    }
    const { body } = parse(document.text, { mode: "jsonc", ranges: true, allowTrailingCommas: true });
    findings.push(...stringFindings(document, body));
    if (findings.length === 0) JSON.parse(document.text);
    return { body, findings };
  } catch (error) {
    return { findings: [...findings, syntaxFinding(document, error)] };
  }
}

function syntaxFinding(document: Document, error: unknown): Finding {
  const { offset } = error as { offset?: number };
  const at = Math.min(offset ?? 0, document.text.length);
  const found = String.fromCodePoint(document.text.codePointAt(at) ?? 0);
  const isEnd = at >= document.text.trimEnd().length;
  const message = isEnd ? "unexpected end of the file" : `unexpected "${shown(found)}"`;
  return document.finding(at, { rule: "json-syntax", message, want: "JSON" });
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

function firstTooDeep(tokens: Token[]): Token | undefined {
  let depth = 0;
  return tokens.find(({ type }) => {
    if (type === "LBrace" || type === "LBracket") depth += 1;
    if (type === "RBrace" || type === "RBracket") depth -= 1;
    return depth > MAX_DEPTH;
  });
}

/** Keys that are there twice, and halves of characters, in all objects and arrays. */
function stringFindings(document: Document, node: ValueNode): Finding[] {
  if (node.type === "Object") {
    return [
      ...duplicateKeys(document, node),
      ...node.members.flatMap(({ name, value }) => [
        ...surrogateFindings(document, name, name.type === "String" ? name.value : name.name),
        ...stringFindings(document, value),
      ]),
    ];
  }
  if (node.type === "Array") return node.elements.flatMap(({ value }) => stringFindings(document, value));
  return node.type === "String" ? surrogateFindings(document, node, node.value) : [];
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

function surrogateFindings(document: Document, node: Node, text: string): Finding[] {
  const offset = text.search(LONE_SURROGATE);
  if (offset < 0) return [];
  const message = `"${shown(text.charAt(offset))}" is half of a character`;
  return [document.findingAt(node, { rule: "lone-surrogate", message, offset })];
}
