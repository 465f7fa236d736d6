import fc from "fast-check";
import { expect, it } from "vitest";
import { formatManifest, validateManifest } from "../../src/index.ts";
import { formatFindings } from "../../src/report/report.ts";
import { filesOf, ruleCases } from "../support/cases.ts";
import { fileOf, manifestOf, textFile } from "../support/manifests.ts";

const format = (text: string): string | undefined => formatManifest(textFile("acme.json", text)).text;

it("writes keys and tags in order, two spaces, line feeds and one at the end", () => {
  const { license, id, tags: _, ...rest } = manifestOf("acme");
  const text = `\u{FEFF}${JSON.stringify({ license, ...rest, tags: ["b", "a"], id }, null, "\t").replaceAll("\n", "\r\n")}`;
  expect(format(text)).toBe(`{
  "id": "acme",
  "npm_package": "charm-telemetry-acme",
  "name": "The acme exporter",
  "description": "Sends agent runs to acme as traces.",
  "author": "Acme Inc.",
  "tags": ["a", "b"],
  "github_url": "https://github.com/acme/charm-telemetry-acme",
  "version": "1.0.0",
  "license": "MIT"
}
`);
});

it("says that a file should be written anew, and nothing of one that is as it should be", () => {
  const file = fileOf("acme");
  const { text, isChanged, findings } = formatManifest(file);
  expect(isChanged).toBe(true);
  expect(formatFindings(findings, "text")).toBe(
    "registry/telemetry/manifests/acme.json:1:1 warning format: not written as manifests are (fix: charm-telemetry registry fmt --write)\n",
  );
  expect(formatManifest(textFile("acme.json", text ?? ""))).toEqual({ text, isChanged: false, findings: [] });
});

it("composes letters, and writes characters that would hide others as escapes", () => {
  expect(format('{"name": "Cafe\\u0301 \\u202e \\u{1F680}"}'.replace("\\u{1F680}", "🚀"))).toBe(
    '{\n  "name": "Café \\u202e 🚀"\n}\n',
  );
});

it("keeps unknown keys, numbers as they are written, and what has the wrong type", () => {
  expect(
    format('{"zeta": 1e999, "id": null, "alpha": {"b": 1.0, "a": [true, {}]}, "__proto__": 12345678901234567890}'),
  ).toBe(
    `{
  "id": null,
  "zeta": 1e999,
  "alpha": {
    "b": 1.0,
    "a": [
      true,
      {}
    ]
  },
  "__proto__": 12345678901234567890
}
`,
  );
});

it("breaks a list that is wider than the page, and no other", () => {
  const tags = (...lengths: number[]): string[] => lengths.map((length, index) => String(index).padEnd(length, "x"));
  const broken = (list: string[], ...more: string[]): boolean =>
    format(JSON.stringify({ tags: list, ...Object.fromEntries(more.map((key) => [key, 1])) }))?.includes("[\n") ===
    true;
  // `  "tags": [` and `]` take 12 columns, quotes 2 each, and ", " 2 between two.
  expect(broken(tags(30, 30, 30, 4))).toBe(false);
  expect(broken(tags(30, 30, 30, 5))).toBe(true);
  expect(broken(tags(30, 30, 30, 4), "zeta")).toBe(true);
  expect(format('{"tags": ["b", 1]}')).toBe('{\n  "tags": ["b", 1]\n}\n');
});

it.each([
  "json-syntax/cut",
  "json-comment/line",
  "duplicate-key/package",
  "lone-surrogate/value",
  "depth/five",
  "utf8/latin-1",
])("leaves a file alone whose mistake it would hide: %s", (name) => {
  const each = ruleCases().find(({ rule, kind, name: own }) => kind === "bad" && `${rule}/${own}` === name);
  for (const file of each === undefined ? [] : filesOf(each)) {
    const { text, isChanged, findings } = formatManifest(file);
    expect({ text, isChanged, rules: findings.map(({ rule }) => rule) }).toEqual({
      text: undefined,
      isChanged: false,
      rules: expect.arrayContaining([name.split("/")[0]]),
    });
  }
});

const json = fc.oneof(
  fc.record(
    {
      id: fc.string({ unit: "grapheme" }),
      tags: fc.array(fc.string()),
      name: fc.string({ unit: "grapheme" }),
      status: fc.object(),
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 2 })),
);

it("writes a second time what it wrote the first, and changes no value but in form and in the order of tags", () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2, "\t"), (value, indent) => {
      const source = JSON.stringify(value, null, indent);
      const once = format(source);
      fc.pre(once !== undefined);
      expect(format(once ?? "")).toBe(once);
      expect(normal(JSON.parse(once ?? ""))).toEqual(normal(JSON.parse(source)));
    }),
    { numRuns: 500 },
  );
});

function normal(value: unknown, key = ""): unknown {
  if (typeof value === "string") return value.normalize("NFC");
  if (Array.isArray(value)) {
    const values = value.map((each) => normal(each));
    return key === "tags" && values.every((each) => typeof each === "string") ? values.toSorted() : values;
  }
  if (typeof value !== "object" || value === null) return value;
  // Pairs: an object of this kind would make a prototype of "__proto__".
  return Object.entries(value)
    .map(([name, each]) => [name, normal(each, name)])
    .toSorted(([left], [right]) => (String(left) < String(right) ? -1 : 1));
}

it("makes of a formatted manifest no worse one", () => {
  for (const each of ruleCases().filter(({ kind }) => kind === "good")) {
    for (const file of filesOf(each)) {
      const { text } = formatManifest(file);
      expect(validateManifest({ ...file, bytes: Buffer.from(text ?? "") })).toEqual([]);
    }
  }
});
