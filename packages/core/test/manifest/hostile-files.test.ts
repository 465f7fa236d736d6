import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { manifestOf, manifestText, readText } from "./support.ts";

const first = (problems: readonly { where: string; message: string; fix: string }[]): string =>
  problems[0] === undefined ? "" : `${problems[0].where}  ${problems[0].message} ${problems[0].fix}`;

describe("files that are no manifest", () => {
  it("says that there is none", async () => {
    const manifest = await readManifest(join(temporaryFolder(), "charm.yaml"));
    expect(first(manifest.contract)).toBe(
      "charm.yaml:1:1  the file cannot be read (ENOENT). Let the agent's user read it.",
    );
    expect(manifest).toMatchObject({ agent: { name: "agent" }, telemetry: [], loader: "invalid charm.yaml" });
  });

  it("refuses a folder of that name", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "charm.yaml"));
    expect(first((await readManifest(join(folder, "charm.yaml"))).contract)).toContain("this is not a file");
  });

  it.skipIf(process.platform === "win32")("does not wait for a FIFO of that name", async () => {
    const folder = temporaryFolder();
    execFileSync("mkfifo", [join(folder, "charm.yaml")]);
    expect(first((await readManifest(join(folder, "charm.yaml"))).contract)).toContain("this is not a file");
  });

  it("reads nothing of a file that is too large", async () => {
    const manifest = await readText(manifestText("telemetry: [datadog]") + "# ".repeat(140_000));
    expect(first(manifest.findings)).toMatch(
      /^charm\.yaml:1:1 {2}the file has \d+ bytes, the limit is 262144; nothing of it is read\./,
    );
    expect(manifest.telemetry).toEqual([]);
  });

  it.each([
    ["an empty file", ""],
    ["comments alone", "# nothing\n"],
    ["a list", "- a\n- b\n"],
    ["a word", "datadog"],
  ])("wants a mapping where there is %s", async (_, text) => {
    const manifest = await readText(text);
    expect(manifest.contract.map(({ at, type }) => ({ at, type }))).toEqual([{ at: "", type: "model_type" }]);
    expect(first(manifest.contract)).toContain("the file must be a mapping with version, persona, interface, runtime");
  });
});

describe("files that are not well-formed", () => {
  it.each([
    ["a tab as indentation", "runtime:\n\ttelemetry: []", "charm.yaml:2:1", "a tab stands where only blanks may"],
    ["a tab after a colon", "a:\tb", "charm.yaml:1:3", "a tab stands where only blanks may"],
    ["an open bracket", "a: [b", "charm.yaml:1:6", "not readable as YAML"],
    ["an open quote", 'a: "b', "charm.yaml:1:6", "a quote is not closed"],
    ["a colon in plain text", "a: b: c", "charm.yaml:1:4", "not readable as YAML"],
    ["two documents", "a: 1\n---\nb: 2\n", "charm.yaml:2:1", "a second YAML document begins"],
    ["an unknown alias", "a: *b", "charm.yaml:1:4", "no anchor before this alias"],
    ["an anchor twice", "a: &x 1\nb: &x 2", "charm.yaml:2:7", "a second anchor of the same name"],
    ["an unknown tag", "a: !!python/object:os.system x", "charm.yaml:1:30", "the tag"],
    ["a tag that does not fit", "a: !!int many", "charm.yaml:1:10", "its tag says !!int"],
    ["a mapping as a key", "{[a]: b}", "charm.yaml:1:2", "used as a key"],
    ["a NUL", "a: b\0c", "charm.yaml:1:5", "U+0000"],
    ["a number as a key of the file", "1: a", "charm.yaml:1:1", "keys of the file must be strings"],
  ])("places %s", async (_, text, where, message) => {
    const { contract } = await readText(text);
    expect(contract.map((problem) => problem.where)).toContain(where);
    expect(contract.map((problem) => `${problem.where} ${problem.message}`).join("\n")).toContain(message);
  });

  it.each(['a: "b\n', "a: 'b\n", "a: [b\n", "a: {b: c\n"])("says of %j what to close", async (text) => {
    expect((await readText(text)).contract[0]?.fix).toBe("Close the quote or bracket.");
  });

  it("accepts tabs in quotes, in blocks of text and in comments", async () => {
    const manifest = await manifestOf("custom_image: \"a\tb\" #\tc\n  mode: |\n    x\ty\n  # \t\n  telemetry: ['\t']");
    expect(manifest.contract.map((problem) => problem.at)).toEqual(["runtime.mode"]);
  });

  it("says where a file stops being UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from("version: ä\nid: "), Buffer.from([0xe4, 0x0a])]);
    expect(first((await readText(bytes)).contract)).toBe(
      "charm.yaml:2:5  the file is not UTF-8 from here on. Save it as UTF-8.",
    );
    expect(first((await readText(Buffer.from("\ufeffa: b", "utf16le"))).contract)).toContain("charm.yaml:1:1");
  });

  it("reads a file with a byte order mark, and says so", async () => {
    const manifest = await readText(`\ufeff${manifestText("telemetry: [datadog]")}`);
    expect(manifest.contract).toEqual([]);
    expect(manifest.telemetry).toHaveLength(1);
    expect(first(manifest.findings)).toContain("charm.yaml:1:1  the file begins with a byte order mark.");
  });

  it("reads CR LF", async () => {
    const manifest = await readText(manifestText("telemetry: [datadog]").replaceAll("\n", "\r\n"));
    expect(manifest.contract).toEqual([]);
    expect(manifest.telemetry).toEqual([{ name: "datadog", line: 11, column: 15 }]);
  });

  it("names a key that is there twice, and takes the last", async () => {
    const manifest = await manifestOf("telemetry: [datadog]\n  telemetry: [otlp]");
    expect(manifest.telemetry.map((entry) => entry.name)).toEqual(["otlp"]);
    expect(first(manifest.findings)).toBe(
      "charm.yaml:12:3  the key is there twice, first in line 11; the last one counts. Remove one of them.",
    );
  });
});

describe("files that are made to hurt", () => {
  it("does not expand aliases", async () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(20)}]`,
    );
    const manifest = await manifestOf("telemetry: *l30", { defaults: ["l0: &l0 lol", ...levels].join("\n") });
    expect(manifest.contract.map(({ at }) => at)).toHaveLength(20);
  });

  it("bounds what is merged", async () => {
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}: v`).join(", ");
    const uses = Array.from({ length: 100 }, (_, index) => `u${index}: {<<: *base}`);
    const { contract } = await manifestOf("telemetry: []", { defaults: [`base: &base {${keys}}`, ...uses].join("\n") });
    expect(contract.map((problem) => problem.message)).toEqual(["not readable as YAML: `<<` merges too many keys."]);
  });

  it("reads what refers to itself", async () => {
    const manifest = await manifestOf("telemetry: &t [*t]\n  memory: &m {config: *m, <<: *m}");
    expect(manifest.contract.map(({ at }) => at)).toEqual(["runtime.telemetry.0"]);
  });

  it.each([
    ["lists", "[", ""],
    ["mappings", "{a: ", ""],
    ["blocks", "- ", "x"],
  ])("refuses %s that are nested without end", async (_, open, end) => {
    const { contract } = await readText(open.repeat(50_000) + end);
    expect(contract.length).toBeGreaterThan(0);
    expect(contract.length).toBeLessThan(30);
  });

  it("keeps keys such as __proto__ apart from objects of the program", async () => {
    const manifest = await readText("__proto__: {version: x}\nconstructor: y\n");
    expect(manifest.contract.map(({ at, type }) => `${at} ${type}`)).toEqual([
      "version missing",
      "persona missing",
      "interface missing",
      "runtime missing",
    ]);
  });
});

describe("any file", () => {
  const line = fc.oneof(
    fc.constantFrom(
      ...manifestText("telemetry: [datadog]\n  memory:\n    provider: local").split("\n"),
      "telemetry:",
      "  - [a",
      "  <<: *x",
      "&x a: b",
      "\t",
      "---",
      "...",
      "? |",
      "!!set {a}",
      "'",
    ),
    fc.string({ unit: "binary" }),
  );

  it("gets an answer whose problems lie inside it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const text = lines.join("\n");
        const { contract, findings } = await readText(text);
        const ends = text.split("\n").map((each) => each.length);
        for (const problem of [...contract, ...findings]) {
          expect(problem.where).toBe(`charm.yaml:${problem.line}:${problem.column}`);
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.line).toBeLessThanOrEqual(ends.length);
          expect(problem.column).toBeGreaterThanOrEqual(1);
          expect(problem.column).toBeLessThanOrEqual((ends[problem.line - 1] ?? 0) + 1);
          expect(problem.message).toMatch(/^\S.*\.$|\?$/su);
          expect(problem.fix).not.toBe("");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gets an answer when it is made of bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect((await readText(bytes)).loader).toBe("invalid charm.yaml");
      }),
      { numRuns: 200 },
    );
  });
});
