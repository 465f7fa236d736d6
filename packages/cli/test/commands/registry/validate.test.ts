import { execFileSync } from "node:child_process";
import { appendFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startNpmRegistry } from "../../../../../test/support/npm-registry.ts";
import type { NpmRegistry } from "../../../../../test/support/npm-registry.ts";
import { charm, folderWith, writeFiles } from "../../support/project.ts";
import { ACME, MANIFESTS, RULES, TIDES, commit, manifest, registryWith } from "../../support/registry.ts";

const OFFLINE = ["registry", "validate", "--offline"];
const SKIPPED = "packages were not looked at (--offline)\n";

describe("offline", () => {
  it("is good with good manifests, and says what it left out", async () => {
    expect(await charm(registryWith({ acme: manifest(), tides: TIDES }), OFFLINE)).toEqual({
      code: 0,
      stdout: "ok 2 manifests\n",
      stderr: SKIPPED,
    });
  });

  it("says everything that is wrong with all of them, in order", async () => {
    const folder = registryWith({ acme: manifest({ version: "^1.0.0" }), tides: TIDES.replace('"tides"', '"Tides"') });
    const { code, stdout } = await charm(folder, OFFLINE);
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^registry\/telemetry\/manifests\/acme\.json:9:14 error version-exact: /),
      expect.stringMatching(/^registry\/telemetry\/manifests\/tides\.json:2:9 error id-format: /),
      "2 manifests: 2 errors",
      ...RULES.split("\n"),
    ]);
    expect(code).toBe(1);
  });

  it("takes files, the folder of manifests or that of the registry", async () => {
    const folder = registryWith({ acme: manifest({ version: "1" }), tides: TIDES });
    for (const [path, about] of [
      [`${MANIFESTS}/acme.json`, "1 manifest"],
      [MANIFESTS, "2 manifests"],
      ["registry/telemetry", "2 manifests"],
    ] as const) {
      const { code, stdout } = await charm(folder, [...OFFLINE, path]);
      expect(stdout).toMatch(new RegExp(`^${MANIFESTS}/acme\\.json:9:14 error .*\n${about}: 1 error\n${RULES}$`));
      expect(code).toBe(1);
    }
    expect(await charm(folder, [...OFFLINE, `${MANIFESTS}/tides.json`])).toMatchObject({ code: 0 });
  });

  it("takes manifests that are in no registry", async () => {
    const folder = folderWith({ "mine/acme.json": manifest() });
    expect(await charm(folder, [...OFFLINE, "mine"])).toMatchObject({ code: 0, stdout: "ok 1 manifest\n" });
    expect(await charm(folder, [...OFFLINE, "mine/acme.json"])).toMatchObject({ code: 0 });
  });

  it("compares one manifest with what is listed", async () => {
    const folder = registryWith({ acme: manifest() });
    await charm(folder, ["registry", "build"]);
    writeFiles(folder, { [`${MANIFESTS}/acme-two.json`]: manifest({ id: "acme-two" }) });
    const { code, stdout } = await charm(folder, [...OFFLINE, `${MANIFESTS}/acme-two.json`]);
    expect(stdout).toContain("acme-two.json:3:18 error duplicate: npm_package also in");
    expect(code).toBe(1);
  });

  it("looks with --changed at what git says has changed, against what was listed then", async () => {
    const folder = registryWith({ acme: manifest(), tides: TIDES });
    await charm(folder, ["registry", "build"]);
    commit(folder);
    appendFileSync(join(folder, MANIFESTS, "tides.json"), "x");
    writeFiles(folder, { [`${MANIFESTS}/reef.json`]: manifest({ id: "reef" }) });
    const { code, stdout } = await charm(folder, [...OFFLINE, "--changed", "HEAD"]);
    expect(stdout).toMatch(
      /reef\.json:3:18 error duplicate: .*\n.*tides\.json:12:1 error json-syntax: .*\n2 manifests: 2 errors\nthe rules: .*\n$/,
    );
    expect(code).toBe(1);
  });

  it("takes no link for a manifest, and no folder that is called like one", async () => {
    const folder = registryWith({ acme: manifest(), tides: TIDES });
    writeFiles(folder, { [`${MANIFESTS}/reef.json/reef.json`]: TIDES });
    symlinkSync("tides.json", join(folder, MANIFESTS, "shoal.json"));
    expect(await charm(folder, OFFLINE)).toMatchObject({
      code: 1,
      stdout: `${MANIFESTS}/reef.json:1:1 error file-name: a folder; want a file\n${MANIFESTS}/shoal.json:1:1 error file-name: a link; want a file\n4 manifests: 2 errors\n${RULES}`,
    });
  });

  it("refuses with --changed a manifest in a folder of its own, as it does without", async () => {
    const folder = registryWith({ acme: manifest() });
    await charm(folder, ["registry", "build"]);
    commit(folder);
    writeFiles(folder, { [`${MANIFESTS}/sub/tides.json`]: TIDES });
    const said = `${MANIFESTS}/sub:1:1 error file-name: only <id>.json belongs here (fix: call it <id>.json, directly in the folder, or take it out)\n`;
    expect(await charm(folder, [...OFFLINE, "--changed", "HEAD"])).toMatchObject({
      code: 1,
      stdout: `${said}1 manifest: 1 error\n${RULES}`,
    });
    const whole = await charm(folder, OFFLINE);
    expect(whole.stdout.startsWith(said)).toBe(true);
    expect(whole.code).toBe(1);
  });

  it("refuses with --changed a new manifest that takes the id of a removed exporter", async () => {
    const folder = registryWith({ tides: TIDES });
    const status = { state: "removed", date: "2026-01-02" };
    writeFiles(folder, { "registry/telemetry/removed/acme.json": manifest({ status }) });
    await charm(folder, ["registry", "build"]);
    commit(folder);
    writeFiles(folder, { [`${MANIFESTS}/acme.json`]: manifest({ npm_package: "@mallory/acme" }) });
    const { code, stdout } = await charm(folder, [...OFFLINE, "--changed", "HEAD"]);
    expect(stdout).toContain("acme.json:2:9 error id-retired: removed 2026-01-02");
    expect(code).toBe(1);
  });

  it("wants a tombstone for what is gone, and the tombstones that there were", async () => {
    const removed = "registry/telemetry/removed/tides.json";
    const folder = registryWith({ acme: manifest(), tides: TIDES });
    await charm(folder, ["registry", "build"]);
    commit(folder);
    rmSync(join(folder, MANIFESTS, "tides.json"));
    const gone = await charm(folder, [...OFFLINE, "--changed", "HEAD"]);
    expect(gone.stdout).toMatch(
      /^registry\/telemetry\/manifests\/tides\.json:1:1 error tombstone-missing: "tides" was listed/,
    );
    expect(gone.code).toBe(1);

    writeFiles(folder, { [`${MANIFESTS}/tides.json`]: TIDES });
    await charm(folder, ["registry", "deprecate", "tides", "--removed"]);
    expect(await charm(folder, [...OFFLINE, "--changed", "HEAD"])).toMatchObject({ code: 0 });
    await charm(folder, ["registry", "build", "--force"]);
    commit(folder);

    const other = TIDES.replace("charm-telemetry-tides", "@mallory/tides");
    writeFiles(folder, { [`${MANIFESTS}/tides.json`]: other });
    const reused = await charm(folder, [...OFFLINE, "--changed", "HEAD"]);
    expect(reused.stdout).toMatch(/manifests\/tides\.json:2:9 error id-retired: removed \d{4}-/);
    const alone = await charm(folder, [...OFFLINE, `${MANIFESTS}/tides.json`]);
    expect(alone.stdout).toContain("error id-retired: removed ");

    rmSync(join(folder, removed));
    const cleared = await charm(folder, [...OFFLINE, "--changed", "HEAD"]);
    expect(cleared.stdout).toContain(`${removed}:1:1 error tombstone-missing: `);
    expect(cleared.code).toBe(1);
    writeFiles(folder, { [`${MANIFESTS}/tides.json`]: TIDES });
    expect(await charm(folder, [...OFFLINE, "--changed", "HEAD"])).toMatchObject({ code: 0 });
  });

  it("leaves out with --changed what others have done since", async () => {
    const folder = registryWith({ acme: manifest() });
    commit(folder);
    const git = (...args: string[]): unknown => execFileSync("git", args, { cwd: folder });
    git("checkout", "--quiet", "-b", "mine");
    git("checkout", "--quiet", "-b", "theirs");
    writeFiles(folder, { [`${MANIFESTS}/tides.json`]: "{" });
    commit(folder);
    git("checkout", "--quiet", "mine");
    expect(await charm(folder, [...OFFLINE, "--changed", "theirs"])).toMatchObject({
      code: 0,
      stdout: "ok 0 manifests\n",
    });
  });

  it.each([
    ["json", /^\{\n {2}"findings": \[/],
    ["github", /^::error file=registry\/telemetry\/manifests\/acme\.json,line=9,col=14,title=version-exact::/],
    ["sarif", /^\{\n {2}"\$schema": "https:\/\/json\.schemastore\.org\/sarif-2\.1\.0\.json"/],
  ])("says it as %s", async (format, expected) => {
    const folder = registryWith({ acme: manifest({ version: "latest" }) });
    const { code, stdout } = await charm(folder, [...OFFLINE, "--format", format]);
    expect(stdout).toMatch(expected);
    expect(code).toBe(1);
  });
});

describe("with --facts", () => {
  const FACTS = {
    version: "1.0.0",
    license: "MIT",
    repository: { type: "git", url: "git+https://github.com/acme/charm-telemetry-acme.git" },
    entry_points: { "charm.telemetry": { acme: "./dist/index.js#Exporter" } },
    implements_contract: true,
    install_scripts: [],
    provenance: { source: "https://github.com/acme/charm-telemetry-acme" },
    deprecated: false,
  };

  async function judge(facts: object): Promise<{ code: number; stdout: string; stderr: string }> {
    const folder = registryWith({ acme: manifest() });
    writeFileSync(join(folder, "facts.json"), JSON.stringify(facts));
    return charm(folder, ["registry", "validate", "--facts", "facts.json"]);
  }

  it("judges packages without a network", async () => {
    expect(await judge({ [ACME.npm_package]: FACTS })).toEqual({ code: 0, stdout: "ok 1 manifest\n", stderr: "" });
    const { code, stdout } = await judge({ [ACME.npm_package]: { ...FACTS, install_scripts: ["postinstall"] } });
    expect(stdout).toContain("acme.json:3:18 error install-script: postinstall");
    expect(code).toBe(1);
  });

  it("ends with 3 where nothing is known", async () => {
    const { code, stdout } = await judge({ [ACME.npm_package]: { undecided: "503 after 3 tries" } });
    expect(stdout).toContain("acme.json:3:18 undecided npm-unreachable: 503 after 3 tries");
    expect(code).toBe(3);
  });

  it("refuses what are no facts", async () => {
    const { code, stderr } = await judge({ [ACME.npm_package]: { version: 1 } });
    expect(stderr).toContain("facts.json holds no facts: charm-telemetry-acme.version: want a text");
    expect(code).toBe(2);
  });
});

describe("online", () => {
  let npm: NpmRegistry;
  beforeEach(async () => {
    npm = await startNpmRegistry();
  });
  afterEach(() => npm.close());

  it("finds that there is no such package", async () => {
    const { code, stdout, stderr } = await charm(registryWith({ acme: manifest() }), [
      "registry",
      "validate",
      "--registry",
      npm.url,
    ]);
    expect(stdout).toContain("acme.json:3:18 error npm-missing: ");
    expect(stderr).toBe("looking at charm-telemetry-acme@1.0.0\n");
    expect(code).toBe(1);
  });

  it("asks for no package whose manifest is wrong anyway", async () => {
    const folder = registryWith({ acme: manifest({ id: "Acme" }) });
    const { code, stderr } = await charm(folder, ["registry", "validate", "--registry", npm.url]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(npm.requests).toEqual([]);
  });

  it("ends with 3 when npm cannot be asked", async () => {
    npm.setFault({ kind: "status", status: 503 });
    const { code, stdout } = await charm(registryWith({ acme: manifest() }), [
      "registry",
      "validate",
      "--registry",
      npm.url,
    ]);
    expect(stdout).toContain("undecided npm-unreachable: 503 after 3 tries");
    expect(code).toBe(3);
  });
});

describe("wrong usage", () => {
  it.each([
    [OFFLINE, "there is no registry in this folder"],
    [[...OFFLINE, "nowhere.json"], "there is no nowhere.json."],
    [["registry", "validate", "--format", "xml"], "Allowed choices are text, json, github, sarif"],
    [["registry", "vaildate"], "Did you mean validate?"],
  ])("%j ends with 2", async (args, message) => {
    const { code, stdout, stderr } = await charm(folderWith({}), args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("is a revision that git does not know", async () => {
    const folder = registryWith({ acme: manifest() });
    commit(folder);
    for (const revision of ["nowhere", "--output=x"]) {
      const { code, stderr } = await charm(folder, [...OFFLINE, `--changed=${revision}`]);
      expect(stderr).toMatch(/^error: (?:git diff failed: .*nowhere|--output=x is no git revision)/);
      expect(code).toBe(2);
    }
  });
});
