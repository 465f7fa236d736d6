import type { ValueNode } from "@humanwhocodes/momoa";
import { isString, memberOf } from "../document/document.ts";
import type { Document } from "../document/document.ts";
import { readObject } from "../document/read.ts";
import type { Finding } from "../finding.ts";
import type { SimilarPair } from "../rules/similar.ts";
import type { RegistryFile } from "./validate.ts";

const MAX_BYTES = 1024 * 1024;
const SHAPE = `{ "similar": [{ "pair": ["acme", "acne"], "reason": "…" }] }`;

/**
 * Reads `similar.json`: the pairs of ids or packages that may be one letter apart, each with the reason that a
 * maintainer gave: `{ "similar": [{ "pair": ["acme", "acne"], "reason": "…" }] }`.
 */
export function readAllowList({ path, bytes }: RegistryFile): { pairs: SimilarPair[]; findings: Finding[] } {
  const { manifest, findings } = readObject(path, bytes, MAX_BYTES);
  if (manifest === undefined) return { pairs: [], findings };
  const { document, root } = manifest;
  const list = memberOf(root, "similar")?.value;
  if (list?.type !== "Array") return { pairs: [], findings: [...findings, wrongShape(document, list ?? root)] };
  const pairs: SimilarPair[] = [];
  for (const { value } of list.elements) {
    const pair = pairOf(value);
    if (pair === undefined) findings.push(wrongShape(document, value));
    else pairs.push(pair);
  }
  return { pairs, findings };
}

function pairOf(node: ValueNode): SimilarPair | undefined {
  if (node.type !== "Object" || !isString(memberOf(node, "reason")?.value)) return undefined;
  const pair = memberOf(node, "pair")?.value;
  if (pair?.type !== "Array" || pair.elements.length !== 2) return undefined;
  const [left, right] = pair.elements.map(({ value }) => value);
  return isString(left) && isString(right) ? [left.value, right.value] : undefined;
}

function wrongShape(document: Document, node: ValueNode): Finding {
  return document.findingAt(node, { rule: "wrong-type", message: "not a list of pairs with reasons", want: SHAPE });
}
