import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildIndex, indexSchema, manifestSchema, validateManifest } from "../../src/index.ts";
import { RULES } from "../../src/rules/table.ts";
import { print } from "../../src/format/print.ts";
import { filesOf, ruleCases } from "../support/cases.ts";
import { fileOf, manifestOf, read, textFile } from "../support/manifests.ts";

const SCHEMAS = join(import.meta.dirname, "../../../../registry/telemetry/schemas");
const ajv = new Ajv2020({ allErrors: true });
const accepts = ajv.compile(manifestSchema());

function errorsOf(manifest: unknown): unknown[] {
  accepts(manifest);
  return accepts.errors ?? [];
}

// `vitest -u` writes them anew.
it.each([
  ["exporter.v1.json", manifestSchema()],
  ["index.v1.json", indexSchema()],
])("the committed %s is what the validator makes", async (name, schema) => {
  expect(schema.$id).toBe(`https://charmaios.github.io/charm-telemetry-js/schemas/${name}`);
  await expect(print(schema)).toMatchFileSnapshot(join(SCHEMAS, name));
});

/** What can be told from the form of a value alone. */
const STRUCTURAL: readonly (keyof typeof RULES)[] = [
  "missing-field",
  "unknown-field",
  "wrong-type",
  "schema-version",
  "id-format",
  "npm-name",
  "text-length",
  "text-line",
  "version-exact",
  "tags",
  "github-url",
];
/** Refused by npm's or a calendar's rules, or by what is around. */
const BEYOND = ["npm-name/dot-scope", "npm-name/underscore", "github-url/own-page"];

describe("the schema of a manifest", () => {
  const files = (kind: string, rules: readonly string[]) =>
    ruleCases()
      .filter((each) => each.kind === kind && rules.includes(each.rule))
      .flatMap((each) => filesOf(each).map((file) => ({ title: `${each.rule}/${each.name}`, file })));

  it.each(files("good", Object.keys(RULES)))("accepts $title", ({ file }) => {
    expect(errorsOf(JSON.parse(Buffer.from(file.bytes).toString()))).toEqual([]);
  });

  it.each(files("bad", STRUCTURAL).filter(({ title }) => !BEYOND.includes(title)))("refuses $title", ({ file }) => {
    expect(accepts(JSON.parse(Buffer.from(file.bytes).toString()))).toBe(false);
  });

  it("accepts no manifest whose form the validator refuses", () => {
    const value = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.integer(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.object(),
    );
    const key = fc.constantFrom(...Object.keys(manifestOf("acme")), "$schema", "status", "verified");
    const property = fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 3 }), (changes) => {
      const manifest = manifestOf("acme", changes);
      const findings = validateManifest(textFile("acme.json", JSON.stringify(manifest)));
      const isRefused = findings.some(({ rule }) => STRUCTURAL.includes(rule as keyof typeof RULES));
      return !isRefused || !accepts(manifest);
    });
    expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false });
  });
});

it("the schema of the index accepts what is built, and no key more", () => {
  const acceptsIndex = ajv.compile(indexSchema());
  const { index } = buildIndex([read(fileOf("acme")), read(fileOf("zenith", { status: { state: "active" } }))]);
  acceptsIndex(index);
  expect(acceptsIndex.errors).toBeNull();
  expect(acceptsIndex({ ...index, more: 1 })).toBe(false);
  expect(acceptsIndex({ ...index, exporters: [{ ...index.exporters[0], verified: true }] })).toBe(false);
});
