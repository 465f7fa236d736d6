import type { ValueNode } from "@humanwhocodes/momoa";
import { keyOf } from "../document/document.ts";
import type { Document } from "../document/document.ts";
import { readManifestFile } from "../document/read.ts";
import type { ManifestDocument } from "../document/read.ts";
import { compareFindings, compareText } from "../finding.ts";
import type { Finding } from "../finding.ts";
import type { RegistryFile } from "../registry/validate.ts";
import { FIELDS } from "../rules/fields.ts";
import type { RuleId } from "../rules/table.ts";
import { print, PrintedObject, RawNumber } from "./print.ts";
import type { Members } from "./print.ts";

/** What writing the file anew mends; whatever else is wrong with it as JSON would be hidden, or lost. */
const MENDED: ReadonlySet<string> = new Set<RuleId>(["bom", "line-ending", "trailing-comma"]);
const KEYS_OF_STATUS = ["state", "date", "reason", "replaced_by"];

export interface Formatted {
  /** The file as it should be; absent if it cannot be written without changing what it says. */
  readonly text?: string;
  readonly isChanged: boolean;
  /** `format` if the file should be written anew; else why it cannot be. */
  readonly findings: Finding[];
}

/**
 * Writes a manifest as all are written: order of keys and tags, two spaces, LF, a line feed at the end, Unicode's normal
 * form C, no byte order mark. Nothing else that the manifest says is changed. Doing it twice changes nothing more.
 */
export function formatManifest({ path, bytes }: RegistryFile): Formatted {
  const { manifest, findings } = readManifestFile(path, bytes);
  const inTheWay = findings.filter(({ rule }) => !MENDED.has(rule));
  if (manifest === undefined || inTheWay.length > 0) {
    return { isChanged: false, findings: inTheWay.toSorted(compareFindings) };
  }
  const text = printManifest(manifest);
  if (Buffer.from(text).equals(bytes)) return { text, isChanged: false, findings: [] };
  const message = "not written as manifests are";
  return { text, isChanged: true, findings: [manifest.document.finding(0, { rule: "format", message })] };
}

/** A manifest's text as all are written. */
export function printManifest(
  { document, root }: ManifestDocument,
  changes: Readonly<Record<string, unknown>> = {},
): string {
  const members = membersOf(
    document,
    root,
    FIELDS.map(({ key }) => key),
  );
  const changed = [...members.filter(([key]) => !Object.hasOwn(changes, key)), ...Object.entries(changes)];
  return print(
    new PrintedObject(
      inOrder(
        changed.filter(([, value]) => value !== undefined),
        FIELDS.map(({ key }) => key),
      ),
    ),
  );
}

/** Members with the known keys first, in the order of the list, and the others behind, as they were. */
function inOrder(members: Members, keys: readonly string[]): Members {
  const rank = (key: string): number => (keys.includes(key) ? keys.indexOf(key) : keys.length);
  return members.toSorted(([left], [right]) => rank(left) - rank(right));
}

function membersOf(document: Document, node: ValueNode, keys: readonly string[]): Members {
  if (node.type !== "Object") return [];
  const members = node.members.map(
    (member) => [keyOf(member), valueOf(document, keyOf(member), member.value)] as const,
  );
  return inOrder(members, keys);
}

function valueOf(document: Document, key: string, node: ValueNode): unknown {
  if (node.type === "String") return node.value.normalize("NFC");
  if (node.type === "Boolean") return node.value;
  if (node.type === "Object")
    return new PrintedObject(membersOf(document, node, key === "status" ? KEYS_OF_STATUS : []));
  if (node.type === "Array") {
    const values = node.elements.map(({ value }) => valueOf(document, "", value));
    const isSortable = key === "tags" && values.every((value): value is string => typeof value === "string");
    return isSortable ? values.toSorted(compareText) : values;
  }
  // Read and written again, 1e999 would be null.
  return node.type === "Null" ? null : new RawNumber(document.text.slice(node.range?.[0], node.range?.[1]));
}
