import { describe, expect, it } from "vitest";
import { buildIndex, checkIndex, checkShrink, INDEX, readIndex } from "../../src/index.ts";
import { formatFindings } from "../../src/report/report.ts";
import type { RegistryIndex } from "../../src/index.ts";
import { fileOf, read, textFile } from "../support/manifests.ts";

const removed = { state: "removed", date: "2026-01-02" };

describe("the index", () => {
  it("has the fields of the manifests in their order, sorted by id, without what is for editors", () => {
    const manifests = [
      read(fileOf("zenith", { $schema: "../schemas/exporter.v1.json" })),
      read(fileOf("acme", { status: { state: "deprecated", reason: "Use zenith.", replaced_by: "zenith" } })),
    ];
    expect(buildIndex(manifests).text).toBe(`{
  "version": "1.0",
  "exporters": [
    {
      "id": "acme",
      "npm_package": "charm-telemetry-acme",
      "name": "The acme exporter",
      "description": "Sends agent runs to acme as traces.",
      "author": "Acme Inc.",
      "tags": ["metrics", "tracing"],
      "github_url": "https://github.com/acme/charm-telemetry-acme",
      "version": "1.0.0",
      "license": "MIT",
      "status": {
        "state": "deprecated",
        "reason": "Use zenith.",
        "replaced_by": "zenith"
      }
    },
    {
      "id": "zenith",
      "npm_package": "charm-telemetry-zenith",
      "name": "The zenith exporter",
      "description": "Sends agent runs to zenith as traces.",
      "author": "Acme Inc.",
      "tags": ["metrics", "tracing"],
      "github_url": "https://github.com/acme/charm-telemetry-zenith",
      "version": "1.0.0",
      "license": "MIT"
    }
  ]
}
`);
  });

  it("lists neither the example nor the removed", () => {
    const example = read({ ...fileOf("acme"), path: "registry/telemetry/manifests/_example.json" });
    const gone = read({ ...fileOf("gone", { status: removed }), path: "registry/telemetry/removed/gone.json" });
    expect(buildIndex([example, gone]).text).toBe('{\n  "version": "1.0",\n  "exporters": []\n}\n');
  });

  it("copies no key of a stranger's, whatever it is called", () => {
    const text =
      '{"id": "acme", "npm_package": "x", "__proto__": {"verified": true}, "constructor": 1, "status": {"__proto__": {"a": 1}}}';
    const { index } = buildIndex([read(textFile("acme.json", text))]);
    expect(JSON.stringify(index.exporters)).toBe('[{"id":"acme","npm_package":"x","status":{}}]');
    expect(({} as { verified?: unknown }).verified).toBeUndefined();
  });

  it("is read again, or refused", () => {
    const { text, index } = buildIndex([read(fileOf("acme"))]);
    expect(readIndex(text)).toEqual(index);
    for (const wrong of ["null", "[]", '{"version":"2.0","exporters":[]}', '{"version":"1.0","exporters":[null]}']) {
      expect(() => readIndex(wrong)).toThrow("not an index");
    }
  });
});

it("says where a committed index differs, also where it ends too soon", () => {
  const { text } = buildIndex([read(fileOf("acme"))]);
  const differs = (committed: string): string =>
    formatFindings(checkIndex({ path: INDEX, text: committed }, text), "text");
  expect(differs(text)).toBe("");
  expect(differs(text.replace("Acme Inc.", "Acme Ltd."))).toContain(
    `${INDEX}:9:23 error index-drift: differs from manifests (fix: charm-telemetry registry build)`,
  );
  expect(differs(text.trimEnd())).toContain(`${INDEX}:16:2 error`);
  expect(differs("")).toContain(`${INDEX}:1:1 error`);
});

it("stops where more than one in twenty would be gone", () => {
  const index = (count: number): RegistryIndex => ({ version: "1.0", exporters: Array.from({ length: count }) });
  expect(checkShrink(index(100), index(95))).toEqual([]);
  expect(checkShrink(index(100), index(94)).map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
    "index-shrink: 6 of 100 exporters would be gone",
  ]);
  expect(checkShrink(index(0), index(3))).toEqual([]);
});
