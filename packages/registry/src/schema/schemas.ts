import { FIELDS } from "../rules/fields.ts";
import { SCHEMA_FOLDER } from "../rules/schema-version.ts";
import type { JsonSchema } from "./json-schema.ts";

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/**
 * JSON Schema of a manifest, made of the validator's own fields, for editors. It refuses what is wrong by its form alone;
 * the validator refuses more.
 */
export function manifestSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    $id: `${SCHEMA_FOLDER}exporter.v1.json`,
    title: "An exporter in the registry of Charm telemetry",
    ...entrySchema(() => true),
  };
}

/** JSON Schema of `registry.json`. */
export function indexSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    $id: `${SCHEMA_FOLDER}index.v1.json`,
    title: "The exporters of Charm telemetry",
    type: "object",
    properties: {
      version: { const: "1.0" },
      exporters: { description: "Sorted by id.", type: "array", items: entrySchema((key) => key !== "$schema") },
    },
    required: ["version", "exporters"],
    additionalProperties: false,
  };
}

function entrySchema(isMeant: (key: string) => boolean): JsonSchema {
  const fields = FIELDS.filter(({ key }) => isMeant(key));
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(({ key, schema }) => [key, schema])),
    required: fields.filter(({ isRequired }) => isRequired).map(({ key }) => key),
    additionalProperties: false,
  };
}
