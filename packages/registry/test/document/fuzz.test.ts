import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatManifest, migrateManifest, validateRegistry } from "../../src/index.ts";
import { formatFindings } from "../../src/report/report.ts";
import { RULES } from "../../src/rules/table.ts";
import type { Finding, RegistryFile } from "../../src/index.ts";
import { filesOf, ruleCases } from "../support/cases.ts";
import { fileOf } from "../support/manifests.ts";

const PATH = "registry/telemetry/manifests/acme.json";
const entries = ruleCases().flatMap(filesOf);
const seeds = [...entries.map(({ bytes }) => bytes), fileOf("acme").bytes];

/** Pieces that parsers stumble over. */
const PIECES = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "\\u",
  "\\ud800",
  "\\",
  "\0",
  "\r",
  "\u2028",
  "//",
  "/*",
  "*/",
  "-",
  "1e999",
  "__proto__",
  "\u{FEFF}",
  "null",
];

const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(
      fc.record({
        at: fc.nat(),
        removed: fc.nat(40),
        added: fc.oneof(
          fc.constantFrom(...PIECES).map((piece) => Buffer.from(piece)),
          fc.uint8Array({ maxLength: 8 }),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ seed, edits }) => {
    let bytes = Buffer.from(seed.subarray(0, 4000));
    for (const { at, removed, added } of edits) {
      const start = at % (bytes.length + 1);
      bytes = Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(start + removed)]);
    }
    return bytes;
  });

function expectPlaces(findings: readonly Finding[], { bytes }: RegistryFile): void {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  for (const { file, line, column, rule, message } of findings) {
    expect(file).toMatch(/^registry\/telemetry\//);
    expect(RULES).toHaveProperty(rule);
    expect(message).not.toBe("");
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
  }
  const text = formatFindings(findings, "text");
  expect(text.split("\n")).toHaveLength(findings.length + 1);
}

function judge(file: RegistryFile): void {
  const findings = validateRegistry({ files: [file] });
  expectPlaces(findings, file);
  expect(validateRegistry({ files: [file] })).toEqual(findings);
  if (!findings.some(({ severity }) => severity === "error")) JSON.parse(Buffer.from(file.bytes).toString());
  formatManifest(file);
  migrateManifest(file);
}

it("places every finding about any bytes, and never throws", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => judge({ path: PATH, bytes }));
  expect(fc.check(property, { numRuns: 300 })).toMatchObject({ failed: false });
});

it("places every finding about manifests that were damaged, and never throws", () => {
  const property = fc.property(mutated, (bytes) => judge({ path: PATH, bytes }));
  expect(fc.check(property, { numRuns: 600 })).toMatchObject({ failed: false });
});

it("takes for JSON exactly what JSON.parse takes", () => {
  const isJson = (bytes: Uint8Array): boolean => {
    try {
      JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
      return true;
    } catch {
      return false;
    }
  };
  const refusals = new Set(["utf8", "bom", "nul", "json-syntax", "json-comment", "trailing-comma"]);
  fc.assert(
    fc.property(
      fc.oneof(
        mutated,
        fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const findings = validateRegistry({ files: [{ path: PATH, bytes }] });
        fc.pre(!findings.some(({ rule }) => rule === "depth" || rule === "file-size"));
        expect(findings.some(({ rule }) => refusals.has(rule))).toBe(!isJson(bytes));
      },
    ),
    { numRuns: 600 },
  );
});

it("judges any name of a file", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const file = { ...fileOf("acme"), path: `registry/telemetry/manifests/${name}` };
      const findings = validateRegistry({ files: [file] });
      expect(formatFindings(findings, "text").split("\n")).toHaveLength(findings.length + 1);
      expect(JSON.parse(formatFindings(findings, "sarif"))).toHaveProperty("runs");
    }),
    { numRuns: 300 },
  );
});

it("reads a file of brackets alone without recursion", () => {
  for (const bracket of ["[", '{"a":', "[[", "]"]) {
    const bytes = Buffer.from(bracket.repeat(Math.floor(16_384 / bracket.length)));
    expect(validateRegistry({ files: [{ path: PATH, bytes }] })).not.toEqual([]);
  }
});

it("keeps fixtures as they are: bytes that are no text, and line ends", () => {
  const raw = (path: string): Buffer => readFileSync(join(import.meta.dirname, "../fixtures/rules", path));
  expect(raw("line-ending/bad/cr/manifests/foo.json").toString()).toContain("\r");
  expect(raw("utf8/bad/latin-1/manifests/foo.json")).toContain(0xe9);
});
