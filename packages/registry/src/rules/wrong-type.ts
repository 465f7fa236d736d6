import type { ValueNode } from "@humanwhocodes/momoa";
import type { Document } from "../document/document.ts";
import type { Finding } from "../finding.ts";

/** That a value is of another type than its field wants. */
export function wrongType(document: Document, node: ValueNode, field: string, want: string): Finding {
  const message = `${field} is of the wrong type`;
  return document.findingAt(node, { rule: "wrong-type", message, got: node.type.toLowerCase(), want });
}
