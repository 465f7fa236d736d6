import type { ObjectNode, ValueNode } from "@humanwhocodes/momoa";
import { isString, keyOf, memberOf } from "../document/document.ts";
import { Document } from "../document/document.ts";
import type { ManifestDocument } from "../document/read.ts";
import { compareText } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { print } from "../format/print.ts";
import { FIELDS } from "../rules/fields.ts";
import { INDEX, isExample, isTombstone } from "./paths.ts";

/** What has become of an exporter. */
export interface DeprecatedStatus {
  readonly state: "deprecated";
  readonly reason: string;
  readonly replaced_by?: string;
}

/** An exporter as the index lists it: its manifest, without what is for editors. */
export interface IndexEntry {
  readonly id: string;
  readonly npm_package: string;
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly github_url: string;
  readonly version: string;
  readonly license: string;
  readonly status?: { readonly state: "active" } | DeprecatedStatus;
}

/** `registry.json`. */
export interface RegistryIndex {
  readonly version: "1.0";
  /** Sorted by id. */
  readonly exporters: readonly IndexEntry[];
}

/**
 * The index of all manifests that are listed: neither examples nor tombstones. The same manifests make the same bytes,
 * in whatever order they come.
 *
 * @param manifests without findings; validate them before.
 */
export function buildIndex(manifests: readonly ManifestDocument[]): { index: RegistryIndex; text: string } {
  const exporters = manifests
    .filter(({ document: { file } }) => !isExample(file) && !isTombstone(file))
    .map(({ root }) => entryFrom(root))
    .toSorted((left, right) => compareText(left.id, right.id));
  const index: RegistryIndex = { version: "1.0", exporters };
  return { index, text: print(index) };
}

/** Field by field, so that no key of a stranger's becomes one of ours. */
function entryFrom(root: ObjectNode): IndexEntry {
  const entry: Record<string, unknown> = {};
  for (const { key } of FIELDS) {
    const value = key === "$schema" ? undefined : memberOf(root, key)?.value;
    if (value !== undefined) entry[key] = plain(value);
  }
  return entry as unknown as IndexEntry;
}

function plain(node: ValueNode): unknown {
  if (isString(node)) return node.value;
  if (node.type === "Array") return node.elements.map(({ value }) => plain(value));
  if (node.type !== "Object") return undefined;
  const object: Record<string, unknown> = {};
  for (const key of ["state", "reason", "replaced_by"]) {
    const value = node.members.find((member) => keyOf(member) === key)?.value;
    if (isString(value)) object[key] = value.value;
  }
  return object;
}

/** Where a committed index begins to differ from what the manifests make. */
export function checkIndex(committed: { path: string; text: string }, built: string): Finding[] {
  const { path, text } = committed;
  if (text === built) return [];
  let offset = 0;
  while (offset < text.length && text[offset] === built[offset]) offset += 1;
  const fix = "charm-telemetry registry build";
  return [new Document(path, text).finding(offset, { rule: "index-drift", message: "differs from manifests", fix })];
}

const MOST_LOST = 0.05;

/** Whether an index lost so many exporters that something else must be wrong. */
export function checkShrink(before: RegistryIndex, after: RegistryIndex, path: string = INDEX): Finding[] {
  const lost = before.exporters.length - after.exporters.length;
  if (lost <= before.exporters.length * MOST_LOST) return [];
  const message = `${lost} of ${before.exporters.length} exporters would be gone`;
  const want = "at most one in twenty at a time";
  return [new Document(path, "").finding(0, { rule: "index-shrink", message, want })];
}

/**
 * Reads an index, as it is committed or published.
 *
 * @throws Error if it is none: an index is built, so nobody has to be told where to mend it.
 */
export function readIndex(text: string): RegistryIndex {
  const index = JSON.parse(text) as Partial<RegistryIndex> | null;
  const isIndex = index?.version === "1.0" && Array.isArray(index.exporters) && index.exporters.every(isEntry);
  if (!isIndex) throw new TypeError("not an index of the registry, version 1.0");
  return index as RegistryIndex;
}

function isEntry(entry: unknown): boolean {
  const { id, npm_package: npmPackage } = Object(entry) as Partial<IndexEntry>;
  return typeof id === "string" && typeof npmPackage === "string";
}
