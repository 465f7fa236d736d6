import { expect, it } from "vitest";
import { readAllowList, readFacts, validateManifest, validateRegistry } from "../../src/index.ts";
import { formatFindings } from "../../src/report/report.ts";
import { RULES } from "../../src/rules/table.ts";
import type { FactsAnswer, RegistryIndex } from "../../src/index.ts";
import { filesOf, findingsOf, ruleCases } from "../support/cases.ts";
import { fileOf, manifestOf, textFile } from "../support/manifests.ts";

const text = (findings: ReturnType<typeof validateRegistry>): string[] =>
  formatFindings(findings, "text").split("\n").slice(0, -1);
const M = "registry/telemetry/manifests";

function indexOf(...entries: Record<string, unknown>[]): RegistryIndex {
  return { version: "1.0", exporters: entries as unknown as RegistryIndex["exporters"] };
}

it("says all that is wrong with all files, by file, line, column and rule", () => {
  const files = [
    fileOf("zenith", { tags: "tracing", id: 1 }),
    fileOf("acme", { version: "^1.0.0", verified: true }),
    textFile("broken.json", "{"),
  ];
  const findings = validateRegistry({ files });
  expect(text(findings)).toEqual([
    `${M}/acme.json:12:14 error version-exact: range; got "^1.0.0"; want one published version such as 1.0.0`,
    expect.stringContaining(`${M}/acme.json:14:3 error unknown-field: "verified"`),
    `${M}/broken.json:1:2 error json-syntax: unexpected end of the file; want JSON`,
    `${M}/zenith.json:2:9 error wrong-type: id is of the wrong type; got number; want string`,
    `${M}/zenith.json:7:11 error wrong-type: tags is of the wrong type; got string; want array of strings`,
  ]);
  expect(validateRegistry({ files: files.toReversed() })).toEqual(findings);
});

it("refuses every hostile entry by an error, but for those that npm alone can tell", () => {
  const hostile = ruleCases().filter(
    ({ kind, rule }) => kind === "bad" && RULES[rule as keyof typeof RULES].severity === "error",
  );
  const accepted = hostile.filter((each) => !findingsOf(each).some(({ severity }) => severity === "error"));
  expect(accepted.map(({ rule, name }) => `${rule}/${name}`)).toEqual([]);
  expect(hostile.length).toBeGreaterThan(200);
});

it("leaves the prototypes of all objects as they were", () => {
  for (const each of ruleCases()) findingsOf(each);
  expect(({} as { verified?: unknown }).verified).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it("blames the newcomer of two that look alike, not the one that was listed", () => {
  const files = [fileOf("acme"), fileOf("acne", { npm_package: "@acne/telemetry" })];
  const similar = (previousIndex?: RegistryIndex): string[] =>
    validateRegistry({ files, previousIndex, isPartial: true }).map(({ file }) => file);
  expect(similar()).toEqual([`${M}/acne.json`]);
  expect(similar(indexOf(manifestOf("acne", { npm_package: "@acne/telemetry" })))).toEqual([`${M}/acme.json`]);
});

it("compares changed manifests with what the index lists", () => {
  const previousIndex = indexOf(manifestOf("acme"), manifestOf("zenith"));
  const validate = (...files: ReturnType<typeof fileOf>[]): string[] =>
    text(validateRegistry({ files, isPartial: true, previousIndex }));
  expect(validate(fileOf("acme", { version: "2.0.0" }))).toEqual([]);
  expect(validate(fileOf("zenit", { npm_package: "@zenit/x" }))).toEqual([
    `${M}/zenit.json:2:9 error id-similar: one letter from "zenith" (fix: choose another name, or ask for an exception in similar.json)`,
  ]);
  expect(validate(fileOf("other", { npm_package: "charm-telemetry-acme" }))).toEqual([
    `${M}/other.json:3:18 error duplicate: npm_package also in the index, as "acme" (fix: take another name, or change the entry that there is)`,
  ]);
});

it("wants a tombstone for what was listed, also if its package moved to another id", () => {
  const previousIndex = indexOf(manifestOf("acme"));
  const files = [fileOf("cumulus", { npm_package: "charm-telemetry-acme" })];
  expect(validateRegistry({ files, previousIndex }).map(({ rule }) => rule)).toEqual(["tombstone-missing"]);
});

it("knows two packages of one scope for one owner's, and ids of two owners for two", () => {
  const files = [fileOf("north", { npm_package: "@acme/a" }), fileOf("south", { npm_package: "@acme/b" })];
  expect(validateRegistry({ files })).toEqual([]);
});

it("looks at the facts of a package where there are any", () => {
  const facts = new Map<string, FactsAnswer>([["charm-telemetry-acme", { undecided: "503 after 3 tries" }]]);
  const findings = validateRegistry({ files: [fileOf("acme"), fileOf("zenith")], facts });
  expect(text(findings)).toEqual([
    `${M}/acme.json:3:18 undecided npm-unreachable: 503 after 3 tries (fix: try again later)`,
  ]);
});

it("takes a missing attestation for an error where the badge is given", () => {
  const each = ruleCases().find(({ rule, kind }) => rule === "provenance" && kind === "bad");
  const files = each === undefined ? [] : filesOf(each);
  const facts = readFacts(
    JSON.stringify({
      "charm-telemetry-foo": {
        version: "1.0.0",
        license: "MIT",
        repository: "foo/charm-telemetry-foo",
        entry_points: { "charm.telemetry": { foo: "./index.js" } },
        implements_contract: true,
        install_scripts: [],
        provenance: null,
        deprecated: false,
      },
    }),
  );
  const severities = (forBadge: boolean): string[] =>
    validateRegistry({ files, facts, forBadge }).map(({ severity }) => severity);
  expect(severities(false)).toEqual(["warning"]);
  expect(severities(true)).toEqual(["error"]);
});

it.each([
  ["not json", "Unexpected token"],
  ["[]", "the file: want an object"],
  ['{"a": 1}', "a: want an object"],
  ['{"a": {"version": 1}}', "a.version: want a text"],
  ['{"a": {"version": "1.0.0", "license": null, "repository": 1}}', "a.repository: want"],
])("says what is wrong with facts such as %s", (json, message) => {
  expect(() => readFacts(json)).toThrow(message);
});

it("lets a pair of the allow-list be, also with a reserved id and with a package of Charm's", () => {
  const files = [fileOf("nine", { npm_package: "@charn/telemetry-cli" })];
  const rules = (...allowList: [string, string][]): string[] =>
    validateRegistry({ files, allowList }).map(({ rule }) => rule);
  expect(rules()).toEqual(["id-similar", "npm-similar"]);
  expect(rules(["none", "nine"], ["@charn/telemetry-cli", "@charm/telemetry-cli"])).toEqual([]);
  expect(rules(["none", "mine"])).toEqual(["id-similar", "npm-similar"]);
});

it("says once that an id is like one of Charm's that is listed, too", () => {
  const own = fileOf("datadog", { npm_package: "@charm/telemetry-datadog" });
  for (const id of ["dataddog", "datad0g"]) {
    const findings = validateRegistry({ files: [own, fileOf(id)] });
    expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual([`${M}/${id}.json id-similar`]);
  }
});

it("wants the pairs of the allow-list with a reason", () => {
  const list = (json: string): string[] => text(readAllowList(textFile("similar.json", json)).findings);
  expect(list('{"similar": [{"pair": ["acme", "acne"], "reason": "Two old companies."}]}')).toEqual([]);
  expect(list('{"similar": [{"pair": ["acme", "acne"]}]}')).toEqual([
    expect.stringContaining(":1:14 error wrong-type: not a list of pairs"),
  ]);
  expect(list("{}")).toHaveLength(1);
});

it("validates one manifest by itself, and the example as others but for its name", () => {
  expect(validateManifest(fileOf("acme"))).toEqual([]);
  const example = { ...fileOf("acme", { id: "Acme" }), path: `${M}/_example.json` };
  expect(validateManifest(example).map(({ rule }) => rule)).toEqual(["id-format"]);
  expect(validateRegistry({ files: [fileOf("acme"), { ...fileOf("acme"), path: `${M}/_example.json` }] })).toEqual([]);
});
