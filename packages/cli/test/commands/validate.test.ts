import { copyFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { charm, folderWith, installed, manifestText } from "../support/project.ts";

const AGENT = { name: "tide-agent", dependencies: { "charm-telemetry-acme": "1", "charm-telemetry-tides": "1" } };

function agent(...exporters: string[]): string {
  return folderWith({
    "package.json": AGENT,
    "charm.yaml": manifestText(...exporters),
    ...installed("charm-telemetry-acme", "acme"),
    ...installed("charm-telemetry-tides", "tides"),
  });
}

describe("an agent whose exporters are all there", () => {
  it("is good, and its events' places are named", async () => {
    expect(await charm(agent("acme", "tides"), ["validate"])).toEqual({
      code: 0,
      stdout:
        "ok charm.yaml: events go to stdout, acme (charm-telemetry-acme@1.2.3) and tides (charm-telemetry-tides@1.2.3)\n",
      stderr: "",
    });
  });

  it("is good without any exporter", async () => {
    expect(await charm(agent(), ["validate"])).toMatchObject({
      code: 0,
      stdout: "ok charm.yaml: events go to stdout\n",
    });
  });

  it("may be named by its folder or by its file", async () => {
    const folder = agent("acme");
    for (const path of [folder, join(folder, "charm.yaml"), "."])
      expect(await charm(folder, ["validate", path])).toMatchObject({ code: 0 });
  });

  it("stays good with a warning", async () => {
    const { code, stdout } = await charm(agent("acme", "acme"), ["validate"]);
    expect(stdout).toBe(
      'charm.yaml:14:7 warning duplicate-exporter: exporter "acme" is listed twice, first in line 13; it is loaded once' +
        " (fix: Remove one of them)\ncharm.yaml: 1 warning\n",
    );
    expect(code).toBe(0);
  });
});

describe("a name that no package provides", () => {
  it("is an error with the name that was meant", async () => {
    const { code, stdout } = await charm(agent("tides", "acmee"), ["validate"]);
    expect(stdout).toBe(
      'charm.yaml:14:7 error unknown-exporter: unknown exporter "acmee" ' +
        '(fix: Did you mean "acme"? Installed: acme, tides)\ncharm.yaml: 1 error\n',
    );
    expect(code).toBe(1);
  });

  it.each([
    ["npm", {}, "npm install @charm/telemetry-datadog"],
    ["pnpm", { "pnpm-lock.yaml": "" }, "pnpm add @charm/telemetry-datadog"],
    ["yarn", { "yarn.lock": "" }, "yarn add @charm/telemetry-datadog"],
    ["bun", { "bun.lock": "" }, "bun add @charm/telemetry-datadog"],
  ])("is told how to be installed with %s", async (_, files, command) => {
    const folder = folderWith({ "package.json": { name: "agent" }, "charm.yaml": manifestText("datadog"), ...files });
    const { code, stdout } = await charm(folder, ["validate"]);
    expect(stdout).toContain(
      `charm.yaml:13:7 error exporter-not-installed: exporter "datadog" is not installed (fix: ${command})\n`,
    );
    expect(code).toBe(1);
  });

  it.each(["charm-telemetry-reef", "@acme/charm-telemetry-reef"])(
    "needs no more than an install where package.json has %s",
    async (name) => {
      const packageJson = { name: "agent", packageManager: "pnpm@12.21.0", dependencies: { [name]: "1" } };
      const folder = folderWith({ "package.json": packageJson, "charm.yaml": manifestText("reef") });
      const { stdout } = await charm(folder, ["validate"]);
      expect(stdout).toContain(`(fix: pnpm install, since package.json has ${name} already)\n`);
    },
  );

  it("cannot write its own lines into the report", async () => {
    const hostile = String.raw`"\u202Eacme\n::error::x"`;
    const folder = folderWith({ "package.json": {}, "charm.yaml": manifestText(hostile) });
    const { stdout } = await charm(folder, ["validate"]);
    expect(stdout.split("\n")).toHaveLength(3);
    expect(stdout).toContain(String.raw`unknown exporter "\u{202E}acme\n::error::x"`);
  });
});

describe("a charm.yaml that the cloud refuses", () => {
  it("is an error at the value, with what to write", async () => {
    const text = manifestText().replace("telemetry: []", "telemetry: datadog");
    const folder = folderWith({ "package.json": {}, "charm.yaml": text });
    expect(await charm(folder, ["validate"])).toMatchObject({
      code: 1,
      stdout:
        'charm.yaml:12:14 error list-type: runtime.telemetry must be a list of exporter names, got a string ("datadog")' +
        " (fix: telemetry: [datadog])\ncharm.yaml: 1 error\n",
    });
  });

  it("is one without entry point or package.json, too", async () => {
    const text = manifestText().replace("    entry_point: npm start\n", "");
    const { code, stdout } = await charm(folderWith({ "package.json": {}, "charm.yaml": text }), ["validate"]);
    expect(stdout).toContain("charm.yaml:1:1 error loader: node adapter requires entry_point");
    expect(code).toBe(1);
    const bare = await charm(folderWith({ "charm.yaml": manifestText("datadog") }), ["validate"]);
    expect(bare.stdout).toMatch(
      /^charm\.yaml:1:1 error no-package: there is no package\.json beside it, [^\n]*\ncharm\.yaml: 1 error\n$/,
    );
    expect(bare.code).toBe(1);
  });
});

describe("--contract", () => {
  const fixtures = join(import.meta.dirname, "../../../core/test/fixtures/manifests");
  const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as Record<
    string,
    { title: string; config: string; loader: string; validate_exit: number; errors: { at: string; type: string }[] }
  >;
  const files = readdirSync(fixtures).filter((name) => name.endsWith(".yaml"));

  it.each(files)("says of %s what the cloud says, and nothing else", async (file) => {
    const { title: _, ...verdict } = expected[file.replace(".yaml", "")] ?? { title: "" };
    const folder = folderWith({ "package.json": {} });
    copyFileSync(join(fixtures, file), join(folder, "charm.yaml"));
    const json = await charm(folder, ["validate", "--contract", "--json"]);
    expect(JSON.parse(json.stdout)).toEqual(verdict);
    const text = await charm(folder, ["validate", "--contract"]);
    const { config, errors, loader, validate_exit } = expected[file.replace(".yaml", "")]!;
    const lines = [`config: ${config}`, ...errors.map(({ at, type }) => `${at}: ${type}`), `loader: ${loader}`];
    expect(text.stdout).toBe(`${lines.join("\n")}\n`);
    expect([json.code, text.code]).toEqual([validate_exit, validate_exit]);
  });

  it("refuses a node agent without package.json", async () => {
    const outcome = await charm(folderWith({ "charm.yaml": manifestText() }), ["validate", "--contract"]);
    const stderr = "error: there is no package.json beside it, and node agents are started with npm start\n";
    expect(outcome).toEqual({ code: 1, stdout: "config: ok\nloader: ok\n", stderr });
  });
});

describe("wrong usage", () => {
  it.each([
    [["validate"], "there is no charm.yaml in this folder"],
    [["validate", "nowhere"], "there is no nowhere"],
    [["validate", "--format", "xml"], "Allowed choices are text, json, github"],
    [["validate", "--contrct"], "Did you mean --contract?"],
  ])("%j ends with 2 and says why", async (args, message) => {
    const { code, stdout, stderr } = await charm(folderWith({ "package.json": {} }), args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("formats", () => {
  it("json has the findings and what will be loaded", async () => {
    const { stdout } = await charm(agent("acme", "acmee"), ["validate", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      file: "charm.yaml",
      exporters: [{ name: "acme", package: "charm-telemetry-acme@1.2.3" }],
      findings: [
        {
          file: "charm.yaml",
          line: 14,
          column: 7,
          severity: "error",
          rule: "unknown-exporter",
          message: 'unknown exporter "acmee"',
          fix: 'Did you mean "acme"? Installed: acme, tides',
        },
      ],
    });
  });

  it("github makes annotations", async () => {
    const { stdout } = await charm(agent("acmee"), ["validate", "--format", "github"]);
    expect(stdout).toBe(
      '::error file=charm.yaml,line=13,col=7,title=unknown-exporter::charm.yaml:13:7 error unknown-exporter: unknown exporter "acmee" ' +
        '(fix: Did you mean "acme"? Installed: acme, tides)\n',
    );
  });

  it.each([80, 120])("text stays within a terminal of %i columns", async (columns) => {
    const { stdout } = await charm(agent("acmee", "acme", "acme"), ["validate"], { columns });
    const lines = stripVTControlCharacters(stdout).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.join(" ").replaceAll(/\s+/g, " ")).toContain('unknown exporter "acmee" (fix: Did you mean "acme"?');
  });
});
