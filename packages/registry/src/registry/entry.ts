import { isString, memberOf } from "../document/document.ts";
import type { ManifestDocument } from "../document/read.ts";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import type { Problem } from "../problem.ts";
import { isTombstone } from "./paths.ts";
import type { IndexEntry } from "./build-index.ts";

/** A manifest among others; of those that are only known from the index, the manifest is absent. */
export interface Entry {
  readonly id: string;
  readonly npmPackage: string;
  readonly manifest?: ManifestDocument;
  readonly isTombstone: boolean;
}

/** Nothing that npm would take is longer. */
const MAX_COMPARED = 214;

/** A manifest as one of many; undefined if it has no id or no package that could be compared. */
export function entryOf(manifest: ManifestDocument): Entry | undefined {
  const id = textOf(manifest, "id");
  const npmPackage = textOf(manifest, "npm_package");
  if (id === undefined || npmPackage === undefined) return undefined;
  return { id, npmPackage, manifest, isTombstone: isTombstone(manifest.document.file) };
}

function textOf({ root }: ManifestDocument, field: "id" | "npm_package"): string | undefined {
  const value = memberOf(root, field)?.value;
  return isString(value) && value.value.length <= MAX_COMPARED ? value.value : undefined;
}

export function entryOfIndex({ id, npm_package: npmPackage }: IndexEntry): Entry {
  return { id, npmPackage, isTombstone: false };
}

/** Where one of an entry's fields stands, for people. */
export function whereIs({ id, manifest }: Entry, field: "id" | "npm_package"): string {
  const value = manifest === undefined ? undefined : memberOf(manifest.root, field)?.value;
  if (manifest === undefined || value === undefined) return `the index, as "${shown(id)}"`;
  const { file, line, column } = manifest.document.findingAt(value, { rule: "duplicate", message: "" });
  return `${file}:${line}:${column}`;
}

/** A finding at one of an entry's fields; none about entries that are only known from the index. */
export function findingOf({ manifest }: Entry, field: "id" | "npm_package", problem: Problem): Finding[] {
  if (manifest === undefined) return [];
  return [manifest.document.findingAt(memberOf(manifest.root, field)?.value ?? manifest.root, problem)];
}
