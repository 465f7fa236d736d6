import type { ObjectNode } from "@humanwhocodes/momoa";
import { isString, keyOf, memberOf, startOf } from "../document/document.ts";
import type { Document } from "../document/document.ts";
import { readObject } from "../document/read.ts";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { printManifest } from "../format/format-manifest.ts";
import { FIELDS } from "../rules/fields.ts";
import { SCHEMA_VERSION_SCHEMA } from "../rules/schema-version.ts";
import { MANIFESTS } from "./paths.ts";
import type { RegistryFile } from "./validate.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** A manifest of today's shape. */
export interface MigratedFile {
  readonly path: string;
  readonly text: string;
  /** What was changed, and what a person has to look at, in sentences. */
  readonly notes: string[];
}

/**
 * Makes manifests of older ones: of an older `$schema`, of Python's registry (`pypi_package`), and of its one file for
 * all (`{ "version", "exporters": […] }`), which becomes a file each. Validate the result: what was never said is missing.
 */
export function migrateManifest({ path, bytes }: RegistryFile): { files: MigratedFile[]; findings: Finding[] } {
  const { manifest, findings } = readObject(path, bytes, MAX_BYTES);
  if (manifest === undefined || findings.length > 0) return { files: [], findings };
  const { document, root } = manifest;
  const exporters = memberOf(root, "exporters")?.value;
  if (exporters?.type !== "Array") return { files: [migrate(document, root, path)], findings };

  const files: MigratedFile[] = [];
  for (const { value } of exporters.elements) {
    const id = value.type === "Object" ? plainId(memberOf(value, "id")?.value) : undefined;
    if (value.type === "Object" && id !== undefined) {
      files.push(migrate(document, value, `${MANIFESTS}/${id}.json`));
    } else {
      findings.push(document.finding(startOf(value), { rule: "missing-field", message: `an entry without "id"` }));
    }
  }
  return { files, findings };
}

function migrate(document: Document, root: ObjectNode, path: string): MigratedFile {
  const changes: Record<string, unknown> = {};
  const notes: string[] = [];
  const id = memberOf(root, "id")?.value;
  const newId = plainId(id);
  if (newId !== undefined && isString(id) && newId !== id.value) {
    changes["id"] = newId;
    notes.push(`id "${shown(id.value)}" is "${newId}" now: ids have no capitals and no underscores.`);
  }
  const python = memberOf(root, "pypi_package")?.value;
  if (isString(python) && memberOf(root, "npm_package") === undefined) {
    const name = python.value.toLowerCase().replace(/[-_.]+/g, "-");
    changes["npm_package"] = name;
    notes.push(`npm_package is a guess from pypi_package: is "${shown(name)}" the package on npm?`);
  }
  const schema = memberOf(root, "$schema")?.value;
  if (isString(schema) && SCHEMA_VERSION_SCHEMA.enum?.includes(schema.value) !== true) {
    changes["$schema"] = SCHEMA_VERSION_SCHEMA.enum?.[0];
  }
  for (const member of root.members) {
    const key = keyOf(member);
    if (FIELDS.some((field) => field.key === key)) continue;
    // Undefined leaves a key out; what it said is in the note.
    Object.defineProperty(changes, key, { value: undefined, enumerable: true });
    const text = document.text.slice(member.value.range?.[0], member.value.range?.[1]);
    notes.push(`"${shown(key)}" is left out: ${shown(text)}`);
  }
  return { path, text: printManifest({ document, root }, changes), notes };
}

function plainId(value: unknown): string | undefined {
  const text = (value as { value?: unknown } | undefined)?.value;
  if (typeof text !== "string") return undefined;
  const id = text.toLowerCase().replaceAll("_", "-");
  return /^[a-z0-9-]{1,64}$/.test(id) ? id : undefined;
}
