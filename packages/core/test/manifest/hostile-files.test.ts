import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { HURTING, MALFORMED, NESTED, anyText } from "./hostile-texts.ts";
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
  it.each(MALFORMED)("places %s", async (_, text, where, message) => {
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
    const manifest = await readText(HURTING.aliases);
    expect(manifest.contract.map(({ at }) => at)).toHaveLength(20);
  });

  it("bounds what is merged", async () => {
    const { contract } = await readText(HURTING.merges);
    expect(contract.map((problem) => problem.message)).toEqual(["not readable as YAML: `<<` merges too many keys."]);
  });

  it("reads what refers to itself", async () => {
    const manifest = await readText(HURTING.circles);
    expect(manifest.contract.map(({ at }) => at)).toEqual(["runtime.telemetry.0"]);
  });

  it.each(Object.entries(NESTED))("refuses %s that are nested without end", async (_, text) => {
    const { contract } = await readText(text);
    expect(contract.length).toBeGreaterThan(0);
    expect(contract.length).toBeLessThan(30);
  });

  it("keeps keys such as __proto__ apart from objects of the program", async () => {
    const manifest = await readText(HURTING.prototypes);
    expect(manifest.contract.map(({ at, type }) => `${at} ${type}`)).toEqual([
      "version missing",
      "persona missing",
      "interface missing",
      "runtime missing",
    ]);
  });
});

describe("any file", () => {
  it("gets an answer whose problems lie inside it", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
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
