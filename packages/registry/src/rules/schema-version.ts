import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { spelled } from "../unicode/spelled.ts";

/** Where the schemas are published; never changes, so that editors and old manifests keep finding them. */
export const SCHEMA_FOLDER = "https://charmaios.github.io/charm-telemetry-js/schemas/";
/** All versions that are accepted, newest first. An older one stays for a year after a newer one has come. */
const SCHEMA_VERSIONS: readonly string[] = ["v1"];
/** By its published address, or as a file of the repository. */
const FOLDERS = [SCHEMA_FOLDER, "../schemas/"];

export const SCHEMA_VERSION_SCHEMA: JsonSchema = {
  description: "For editors: the address of this schema.",
  enum: SCHEMA_VERSIONS.flatMap((version) => FOLDERS.map((folder) => `${folder}exporter.${version}.json`)),
};

/** What is wrong with a manifest's `$schema`. */
export function checkSchemaVersion(text: string): Problem[] {
  if (SCHEMA_VERSION_SCHEMA.enum?.includes(text)) return [];
  const version = /exporter\.(v\d{1,9})\.json$/.exec(text)?.[1];
  const isKnown = version === undefined || SCHEMA_VERSIONS.includes(version);
  const known = `known ${SCHEMA_VERSIONS.join(", ")}`;
  const message = isKnown ? `not a schema of this registry; ${known}` : `${version} is unknown; ${known}`;
  const fix = "charm-telemetry registry migrate";
  return [
    { rule: "schema-version", message, got: `"${spelled(text)}"`, want: `"${SCHEMA_VERSION_SCHEMA.enum?.[0]}"`, fix },
  ];
}
