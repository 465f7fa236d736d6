import type { ObjectNode, ValueNode } from "@humanwhocodes/momoa";
import { isString, keyOf, memberOf } from "../document/document.ts";
import type { Document } from "../document/document.ts";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { checkId, ID_SCHEMA } from "./id.ts";
import { checkReason, textSchema } from "./text.ts";
import { wrongType } from "./wrong-type.ts";

/** What may become of an exporter, and the keys that say more. */
const KEYS = {
  active: { required: [], optional: [] },
  deprecated: { required: ["reason"], optional: ["replaced_by"] },
  removed: { required: ["date"], optional: ["reason"] },
} as const;
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

const REASON_SCHEMA = textSchema("reason", "Why, in a sentence.");
export const STATUS_SCHEMA: JsonSchema = {
  description: "What has become of the exporter; active if left out.",
  oneOf: Object.entries(KEYS).map(([state, { required, optional }]) => ({
    type: "object",
    properties: {
      state: { const: state },
      ...Object.fromEntries([...required, ...optional].map((key) => [key, schemaOf(key)])),
    },
    required: ["state", ...required],
    additionalProperties: false,
  })),
};

function schemaOf(key: "reason" | "replaced_by" | "date"): JsonSchema {
  if (key === "reason") return REASON_SCHEMA;
  if (key === "date") return { description: "The day, such as 2026-01-02.", type: "string", pattern: DATE.source };
  return { ...ID_SCHEMA, description: "The id to use instead." };
}

/** What is wrong with a manifest's `status`. */
export function checkStatus(document: Document, node: ValueNode, { root }: { readonly root: ObjectNode }): Finding[] {
  if (node.type !== "Object") return [wrongType(document, node, "status", "object")];
  const state = memberOf(node, "state")?.value;
  if (!isString(state) || !isState(state.value)) {
    const got = isString(state) ? `"${shown(state.value)}"` : undefined;
    const want = Object.keys(KEYS).join(", ");
    return [document.findingAt(state ?? node, { rule: "status", message: "status has no known state", got, want })];
  }
  const { required, optional } = KEYS[state.value];
  const known: readonly string[] = ["state", ...required, ...optional];
  return [
    ...node.members
      .filter((member) => !known.includes(keyOf(member)))
      .map(({ name }) => {
        const key = name.type === "String" ? name.value : name.name;
        const message = `"${shown(key)}" in status`;
        return document.findingAt(name, { rule: "unknown-field", message, want: known.join(", ") });
      }),
    ...required
      .filter((key) => memberOf(node, key) === undefined)
      .map((key) => document.findingAt(node, { rule: "status", message: `${state.value} without "${key}"` })),
    ...checkValues(document, node),
    ...checkReplacement(document, node, root),
  ];
}

function isState(text: string): text is keyof typeof KEYS {
  return Object.hasOwn(KEYS, text);
}

function checkValues(document: Document, node: ObjectNode): Finding[] {
  return node.members.flatMap((member) => {
    const [key, value] = [keyOf(member), member.value];
    if (key !== "reason" && key !== "replaced_by" && key !== "date") return [];
    if (!isString(value)) return [wrongType(document, value, key, "string")];
    if (key === "reason") return checkReason(value.value).map((problem) => document.findingAt(value, problem));
    if (key === "date") return checkDate(document, value, value.value);
    // Whose the id is does not matter here: Charm's own may take the place of others.
    const problems = checkId(value.value).filter(({ rule }) => rule === "id-format");
    return problems.map((problem) => document.findingAt(value, problem));
  });
}

function checkReplacement(document: Document, status: ObjectNode, root: ObjectNode): Finding[] {
  const [replacement, id] = [memberOf(status, "replaced_by")?.value, memberOf(root, "id")?.value];
  if (!isString(replacement) || !isString(id) || replacement.value !== id.value) return [];
  return [document.findingAt(replacement, { rule: "status", message: "replaced by itself", want: "another id" })];
}

function checkDate(document: Document, node: ValueNode, text: string): Finding[] {
  const isDay = DATE.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
  if (isDay) return [];
  const want = "a day such as 2026-01-02";
  return [document.findingAt(node, { rule: "status", message: "not a date", got: `"${shown(text)}"`, want })];
}
