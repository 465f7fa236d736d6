import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startNpmRegistry } from "../../../../../test/support/npm-registry.ts";
import type { NpmRegistry } from "../../../../../test/support/npm-registry.ts";
import { packageTarball } from "../../../../registry/test/package/make-tarball.ts";
import { charm, charmProcess, folderWith, writeFiles } from "../../support/project.ts";
import { ACME, MANIFESTS, RULES, TIDES, manifest, registryWith } from "../../support/registry.ts";

const FILE = `${MANIFESTS}/acme.json`;

function read(folder: string, path: string = FILE): string {
  return readFileSync(join(folder, path), "utf8");
}

describe("fmt", () => {
  it("says which manifests are not written as all are, and writes them", async () => {
    const folder = registryWith({ acme: manifest().replaceAll("\n", "\r\n"), tides: TIDES });
    const checked = await charm(folder, ["registry", "fmt", "--check"]);
    expect(checked).toMatchObject({
      code: 1,
      stdout: `${FILE}:1:1 warning format: not written as manifests are (fix: charm-telemetry registry fmt --write)\nok 2 manifests: 1 warning\n${RULES}`,
    });
    expect(await charm(folder, ["registry", "fmt", "--write"])).toMatchObject({
      code: 0,
      stdout: "ok 1 manifest of 2 written\n",
    });
    expect(read(folder)).toBe(manifest());
    expect(await charm(folder, ["registry", "fmt"])).toMatchObject({ code: 0, stdout: "ok 2 manifests\n" });
  });

  it("leaves alone what it cannot read", async () => {
    const folder = registryWith({ acme: "{" });
    const { code, stdout } = await charm(folder, ["registry", "fmt", "--write"]);
    expect(stdout).toContain(`${FILE}:1:2 error json-syntax`);
    expect(code).toBe(1);
    expect(read(folder)).toBe("{");
  });

  it("cannot both look and write", async () => {
    expect(await charm(registryWith({ acme: manifest() }), ["registry", "fmt", "--check", "--write"])).toMatchObject({
      code: 2,
    });
  });
});

describe("build", () => {
  const INDEX = "registry/telemetry/registry.json";

  it("writes the index, and finds where a hand has changed it", async () => {
    const folder = registryWith({ tides: TIDES, acme: manifest() });
    expect(await charm(folder, ["registry", "build", "--check"])).toMatchObject({ code: 1 });
    expect(await charm(folder, ["registry", "build"])).toMatchObject({
      code: 0,
      stdout: `ok ${INDEX} with 2 exporters\n`,
    });
    const built = read(folder, INDEX);
    expect(JSON.parse(built)).toMatchObject({ version: "1.0", exporters: [{ id: "acme" }, { id: "tides" }] });
    expect(await charm(folder, ["registry", "build", "--check"])).toMatchObject({ code: 0 });
    writeFiles(folder, { [INDEX]: built.replace("Acme Inc.", "Mallory") });
    expect(await charm(folder, ["registry", "build", "--check"])).toMatchObject({
      code: 1,
      stdout: `${INDEX}:9:18 error index-drift: differs from manifests (fix: charm-telemetry registry build)\n${INDEX} with 2 exporters: 1 error\n${RULES}`,
    });
  });

  it("builds nothing of manifests that are wrong", async () => {
    const folder = registryWith({ acme: manifest({ version: "latest" }) });
    const { code, stdout } = await charm(folder, ["registry", "build"]);
    expect(stdout).toMatch(/error version-exact: .*\n.*registry\.json was not built: 1 error\nthe rules: .*\n$/);
    expect(code).toBe(1);
    expect(existsSync(join(folder, INDEX))).toBe(false);
  });

  it("loses exporters only when it is told to", async () => {
    const folder = registryWith({ acme: manifest(), tides: TIDES });
    await charm(folder, ["registry", "build"]);
    await charm(folder, ["registry", "deprecate", "tides", "--removed"]);
    const { code, stdout } = await charm(folder, ["registry", "build"]);
    expect(stdout).toContain("error index-shrink: 1 of 2 exporters would be gone");
    expect(code).toBe(1);
    expect(await charm(folder, ["registry", "build", "--force"])).toMatchObject({ code: 0 });
    expect(JSON.parse(read(folder, INDEX))).toMatchObject({ exporters: [{ id: "acme" }] });
  });
});

describe("add", () => {
  let npm: NpmRegistry;
  beforeEach(async () => {
    npm = await startNpmRegistry();
  });
  afterEach(() => npm.close());

  function publish(version: string): void {
    const packageJson = {
      name: "charm-telemetry-acme",
      version,
      description: ACME.description,
      author: "Acme Inc. <tide@acme.example>",
      license: "MIT",
      keywords: ["tracing", "telemetry"],
      repository: { type: "git", url: "git+https://github.com/acme/charm-telemetry-acme.git" },
      charm: { telemetry: { acme: "./index.js#Exporter" } },
    };
    npm.publish(packageJson, packageTarball({ "package.json": packageJson, "index.js": "" }));
  }

  it("writes the manifest of a package, and later brings it up to date", async () => {
    const folder = registryWith({ tides: TIDES });
    publish("1.0.0");
    const args = ["registry", "add", "charm-telemetry-acme", "--registry", npm.url];
    const dry = await charm(folder, [...args, "--dry-run"]);
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(dry.stdout).toMatch(
      /^registry\/telemetry\/manifests\/acme\.json\n\+ \{\n\+ {3}"id": "acme",\n[^]*nothing was written\n$/,
    );
    expect(existsSync(join(folder, FILE))).toBe(false);

    expect(await charm(folder, args)).toMatchObject({ code: 0 });
    expect(read(folder)).toBe(manifest());
    publish("1.1.0");
    const { stdout } = await charm(folder, args);
    expect(stdout.split("\n").filter((line) => /^[-+]/.test(line))).toEqual([
      '-   "version": "1.0.0",',
      '+   "version": "1.1.0",',
    ]);
    expect(await charm(folder, ["registry", "validate", "--offline"])).toMatchObject({ code: 0 });
  });

  it("says which package or version there is not", async () => {
    const folder = registryWith({ tides: TIDES });
    const add = (name: string) => charm(folder, ["registry", "add", name, "--registry", npm.url]);
    expect(await add("x")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'error npm-missing: package "x" has no published version\n',
    });
    publish("1.0.0");
    expect(await add("charm-telemetry-acme@2.0.0")).toMatchObject({
      code: 1,
      stderr: 'error npm-missing: package "charm-telemetry-acme@2.0.0" has no published version of that number\n',
    });
  });

  it("names npm's variable where that holds no URL", () => {
    const folder = registryWith({ acme: manifest() });
    const environment = { npm_config_registry: "reef.test" };
    const message = "npm_config_registry is no URL of a registry; want one such as https://registry.npmjs.org/";
    expect(charmProcess(folder, ["registry", "add", "charm-telemetry-acme"], { environment })).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: ${message}\n`,
    });
    const judged = charmProcess(folder, ["registry", "validate", "--json"], { environment });
    expect(judged.code).toBe(2);
    expect(JSON.parse(judged.stdout)).toEqual({ error: { rule: "usage", message } });
  });

  it("asks npm for no name that leads elsewhere", async () => {
    const folder = registryWith({ tides: TIDES });
    const args = ["registry", "add", "@acme/../../x", "--registry", npm.url, "--json"];
    const { code, stdout } = await charm(folder, args);
    expect(JSON.parse(stdout)).toMatchObject({ error: { rule: "npm-name" } });
    expect(code).toBe(1);
  });

  it("wants an address of npm that is one", async () => {
    const { code, stderr } = await charm(registryWith({ tides: TIDES }), ["registry", "add", "x", "--registry", "npm"]);
    expect(stderr).toContain("argument 'npm' is invalid");
    expect(code).toBe(2);
  });

  it("ends with 3 when npm cannot be asked", async () => {
    npm.setFault({ kind: "status", status: 503 });
    const { code, stderr } = await charm(registryWith({ tides: TIDES }), [
      "registry",
      "add",
      "x",
      "--registry",
      npm.url,
    ]);
    expect(stderr).toBe("undecided npm-unreachable: 503 after 3 tries\n");
    expect(code).toBe(3);
  });

  it("writes nothing that would be wrong", async () => {
    const packageJson = {
      name: "charm-telemetry-reef",
      version: "1.0.0",
      charm: { telemetry: { reef: "./index.js" } },
    };
    npm.publish(packageJson, packageTarball({ "package.json": packageJson, "index.js": "" }));
    const folder = registryWith({ tides: TIDES });
    const { code, stdout } = await charm(folder, ["registry", "add", "charm-telemetry-reef", "--registry", npm.url]);
    expect(stdout).toMatch(/manifests\/reef\.json:\d+:\d+ error missing-field: [^]*nothing was written\n$/);
    expect(code).toBe(1);
    expect(existsSync(join(folder, MANIFESTS, "reef.json"))).toBe(false);
  });
});

describe("migrate", () => {
  it("shows what becomes of Python's manifests, and writes it when told to", async () => {
    const { npm_package: _, ...rest } = ACME;
    const python = `${JSON.stringify({ ...rest, pypi_package: "charm_telemetry_acme" }, undefined, 2)}\n`;
    const folder = registryWith({ acme: python });
    const shown = await charm(folder, ["registry", "migrate", FILE]);
    expect(shown.stdout).toContain('-   "pypi_package": "charm_telemetry_acme"');
    expect(shown.stdout).toContain('+   "npm_package": "charm-telemetry-acme",');
    expect(shown.stdout).toContain("note: npm_package is a guess from pypi_package");
    expect(shown.stdout).toMatch(/nothing was written; --write does\n$/);
    expect(read(folder)).toBe(python);
    const { stdout } = await charm(folder, ["registry", "migrate", FILE, "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      files: [
        {
          from: FILE,
          path: FILE,
          text: manifest(),
          notes: expect.arrayContaining([expect.any(String)]),
          isWritten: false,
        },
      ],
      findings: [],
    });
    expect(read(folder)).toBe(python);
    expect(await charm(folder, ["registry", "migrate", FILE, "--write"])).toMatchObject({ code: 0 });
    expect(read(folder)).toBe(manifest());
  });

  it("says of a file that is not there that it is not", async () => {
    const { code, stderr } = await charm(folderWith({}), ["registry", "migrate", "nope.json"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "error: there is no nope.json.\n" });
  });
});

describe("deprecate", () => {
  it("says why, and takes it back", async () => {
    const folder = registryWith({ acme: manifest() });
    const args = ["registry", "deprecate", "acme"];
    expect(await charm(folder, [...args, "--reason", "Acme has closed.", "--dry-run"])).toMatchObject({ code: 0 });
    expect(read(folder)).toBe(manifest());
    expect(await charm(folder, [...args, "--reason", "Acme has closed."])).toMatchObject({ code: 0 });
    expect(JSON.parse(read(folder))).toMatchObject({ status: { state: "deprecated", reason: "Acme has closed." } });
    expect(await charm(folder, [...args, "--undo"])).toMatchObject({ code: 0 });
    expect(read(folder)).toBe(manifest());
  });

  it("is data for programs, too", async () => {
    const folder = registryWith({ acme: manifest() });
    const removed = "registry/telemetry/removed/acme.json";
    const args = ["registry", "deprecate", "acme", "--removed", "--json"];
    const tried = JSON.parse((await charm(folder, [...args, "--dry-run"])).stdout) as object;
    expect(tried).toMatchObject({ from: FILE, path: removed, isWritten: false, findings: [] });
    expect(read(folder)).toBe(manifest());
    const { code, stdout } = await charm(folder, args);
    expect(JSON.parse(stdout)).toEqual({ ...tried, isWritten: true, text: read(folder, removed) });
    expect(code).toBe(0);
  });

  it("keeps the name of what is removed", async () => {
    const folder = registryWith({ acme: manifest() });
    const { code, stdout } = await charm(folder, ["registry", "deprecate", "acme", "--removed"]);
    expect(stdout).toContain(`${FILE} moves to registry/telemetry/removed/acme.json`);
    expect(code).toBe(0);
    expect(existsSync(join(folder, FILE))).toBe(false);
    expect(JSON.parse(read(folder, "registry/telemetry/removed/acme.json"))).toMatchObject({
      status: { state: "removed", date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    });
  });

  it.each([
    [["acme"], "why is it deprecated?"],
    [["../acme", "--removed"], 'there is no manifest of "../acme"'],
    [["reef", "--removed"], 'there is no manifest of "reef"'],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stderr } = await charm(registryWith({ acme: manifest() }), ["registry", "deprecate", ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it("needs a registry", async () => {
    expect(await charm(folderWith({}), ["registry", "deprecate", "acme", "--removed"])).toMatchObject({ code: 2 });
  });
});
