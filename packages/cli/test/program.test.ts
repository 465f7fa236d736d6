import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { charm, charmProcess, folderWith, installed, manifestText } from "./support/project.ts";

const packageJson = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
  version: string;
};

const COMMANDS = [
  ["validate"],
  ["list"],
  ["prepublish"],
  ["update"],
  ["registry"],
  ...["validate", "fmt", "build", "add", "migrate", "deprecate"].map((name) => ["registry", name]),
];

describe("help", () => {
  it("names every command", async () => {
    const { code, stdout, stderr } = await charm(folderWith({}), ["--help"]);
    expect(stdout).toMatch(/^Exit codes: 0 good, 1 findings, 2 wrong usage/m);
    for (const [name = ""] of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it.each(COMMANDS.map((command) => [command]))("of %j has examples, and fits terminals", async (command) => {
    for (const columns of [80, 120]) {
      const { code, stdout } = await charm(folderWith({}), [...command, "--help"], { columns });
      expect(stdout).toContain(`Examples:\n  charm-telemetry ${command.join(" ")}`);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(code).toBe(0);
    }
  });

  it("is the answer to no command at all", async () => {
    const { code, stdout, stderr } = await charm(folderWith({}), []);
    expect(stderr).toMatch(/^Usage: charm-telemetry /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("a word that is no command", () => {
  it("is answered with the one that was meant", async () => {
    const { code, stdout, stderr } = await charm(folderWith({}), ["vaildate"]);
    expect(stderr).toBe("error: unknown command 'vaildate'\n(Did you mean validate?)\n");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

describe("an error of a command that prints JSON", () => {
  it.each([
    [["list", "--json"], "there is no charm.yaml in this folder."],
    [["validate", "nowhere", "--json"], "there is no nowhere."],
    [["prepublish", "--jsn", "--json"], "unknown option '--jsn'\n(Did you mean --json?)"],
  ])("%j is JSON, too", async (args, message) => {
    const { code, stdout } = await charm(folderWith({}), args);
    expect(JSON.parse(stdout)).toMatchObject({ error: { rule: "usage", message } });
    expect(code).toBe(2);
  });

  it("says that a package could not be packed", async () => {
    const folder = folderWith({ "package.json": { name: "acme", version: "1.0.0", scripts: { prepack: "exit 3" } } });
    const { code, stdout } = await charm(folder, ["prepublish", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ error: { rule: "pack", message: "npm pack failed (3)" } });
    expect(code).toBe(1);
  });
});

describe("the program", () => {
  const agent = (): string =>
    folderWith({
      "package.json": { name: "agent", dependencies: { "charm-telemetry-acme": "1" } },
      "charm.yaml": manifestText("acme"),
      ...installed("charm-telemetry-acme", "acme"),
    });

  it("ends with the command's exit code", () => {
    expect(charmProcess(agent(), ["validate"])).toMatchObject({ code: 0, stderr: "" });
    expect(charmProcess(folderWith({}), ["validate"])).toMatchObject({ code: 2, stdout: "" });
    expect(charmProcess(folderWith({}), ["--version"])).toEqual({
      code: 0,
      stdout: `${packageJson.version}\n`,
      stderr: "",
    });
  });

  // Writes the URL of every module that is loaded to stderr.
  const hooks = `export async function load(url, context, next) {
    if (url.startsWith("file:")) process._rawDebug(url);
    return next(url, context);
  }`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
  const watching = ["--import", `data:text/javascript,${encodeURIComponent(register)}`];

  it.each([[["--help"]], [["validate"]]])("%j loads no other command, and none of what those need", (args) => {
    const { code, stderr } = charmProcess(agent(), args, { nodeOptions: watching });
    expect(code).toBe(0);
    expect(stderr).toMatch(/cli\/dist\/main\.js/);
    expect(stderr).not.toMatch(
      /publint|arethetypeswrong|\/tar\/|momoa|registry\/dist\/package|dist\/commands\/(?!validate)/,
    );
  });
});
