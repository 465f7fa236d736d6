import type { ObjectNode, ValueNode } from "@humanwhocodes/momoa";
import { isString, keyOf, memberOf } from "../document/document.ts";
import type { Document } from "../document/document.ts";
import type { ManifestDocument } from "../document/read.ts";
import { shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import type { Problem } from "../problem.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { checkGithubUrl, GITHUB_URL_SCHEMA } from "./github-url.ts";
import { checkId, ID_SCHEMA } from "./id.ts";
import { checkLicense, LICENSE_SCHEMA } from "./license.ts";
import { checkPackageName, NPM_NAME_SCHEMA } from "./npm-name.ts";
import { checkSchemaVersion, SCHEMA_VERSION_SCHEMA } from "./schema-version.ts";
import type { SimilarPair } from "./similar.ts";
import { checkStatus, STATUS_SCHEMA } from "./status.ts";
import { checkTags, TAGS_SCHEMA } from "./tags.ts";
import { checkAuthor, checkDescription, checkName, textSchema } from "./text.ts";
import { checkVersion, VERSION_SCHEMA } from "./version.ts";
import { wrongType } from "./wrong-type.ts";

/** One key that a manifest may have. */
interface Field {
  readonly key: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
  readonly check: (document: Document, node: ValueNode, around: Around) => Finding[];
}

/** What else a value is judged by. */
interface Around {
  readonly root: ObjectNode;
  readonly allowed: readonly SimilarPair[];
}

/** All keys of a manifest, in the order in which they are written. */
export const FIELDS: readonly Field[] = [
  { ...text("$schema", SCHEMA_VERSION_SCHEMA, checkSchemaVersion), isRequired: false },
  text("id", ID_SCHEMA, (id, { root, allowed }) => {
    const npmPackage = memberOf(root, "npm_package")?.value;
    return checkId(id, isString(npmPackage) ? npmPackage.value : undefined, allowed);
  }),
  text("npm_package", NPM_NAME_SCHEMA, (name, { allowed }) => checkPackageName(name, allowed)),
  text("name", textSchema("name", "The exporter's name, for people."), checkName),
  text("description", textSchema("description", "What the exporter does, in a sentence."), checkDescription),
  text("author", textSchema("author", "Who made it."), checkAuthor),
  { key: "tags", isRequired: true, schema: TAGS_SCHEMA, check: tagFindings },
  text("github_url", GITHUB_URL_SCHEMA, checkGithubUrl),
  text("version", VERSION_SCHEMA, checkVersion),
  text("license", LICENSE_SCHEMA, checkLicense),
  { key: "status", isRequired: false, schema: STATUS_SCHEMA, check: checkStatus },
];

/** What people write for another key, from upstream's shape and from package.json. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ["pypi_package", "npm_package"],
  ["package", "npm_package"],
  ["npm", "npm_package"],
  ["title", "name"],
  ["summary", "description"],
  ["authors", "author"],
  ["maintainer", "author"],
  ["keywords", "tags"],
  ["categories", "tags"],
  ["github", "github_url"],
  ["repository", "github_url"],
  ["url", "github_url"],
  ["licence", "license"],
]);

/** Which fields are missing or unknown, and what is wrong with the values of the others. */
export function checkFields({ document, root }: ManifestDocument, allowed: readonly SimilarPair[] = []): Finding[] {
  return [
    ...FIELDS.filter(({ key, isRequired }) => isRequired && memberOf(root, key) === undefined).map(({ key }) =>
      document.findingAt(root, { rule: "missing-field", message: `"${key}" is missing` }),
    ),
    ...root.members.flatMap((member) => {
      const field = FIELDS.find(({ key }) => key === keyOf(member));
      return field === undefined
        ? [document.findingAt(member.name, unknownField(keyOf(member)))]
        : field.check(document, member.value, { root, allowed });
    }),
  ];
}

function unknownField(key: string): Problem {
  const meant = OTHER_WORDS.get(key.toLowerCase()) ?? FIELDS.find((field) => field.key === key.toLowerCase())?.key;
  const message = `"${shown(key)}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
  const fix = key === "pypi_package" ? "charm-telemetry registry migrate" : undefined;
  return {
    rule: "unknown-field",
    message,
    want: meant === undefined ? FIELDS.map((field) => field.key).join(", ") : undefined,
    fix,
  };
}

function text(key: string, schema: JsonSchema, check: (text: string, around: Around) => Problem[]): Field {
  return {
    key,
    isRequired: true,
    schema,
    check: (document, node, around) => {
      if (!isString(node)) return [wrongType(document, node, key, "string")];
      return check(node.value, around).map((problem) => document.findingAt(node, problem));
    },
  };
}

function tagFindings(document: Document, node: ValueNode): Finding[] {
  if (node.type !== "Array") return [wrongType(document, node, "tags", "array of strings")];
  const values = node.elements.map(({ value }) => value);
  const strangers = values.filter((value) => !isString(value));
  if (strangers.length > 0) return strangers.map((value) => wrongType(document, value, "a tag", "string"));
  return checkTags(values.filter(isString).map(({ value }) => value)).map(({ index, ...problem }) =>
    document.findingAt((index === undefined ? undefined : values[index]) ?? node, problem),
  );
}
