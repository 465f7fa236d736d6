import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { charm, charmProcess, exporterSource, folderWith, link, startCharm, writeFiles } from "../support/project.ts";

// npm and two linters for each.
vi.setConfig({ testTimeout: 120_000 });

const WORKSPACE = join(import.meta.dirname, "../../..");

const PACKAGE = {
  name: "charm-telemetry-acme",
  version: "1.0.0",
  license: "MIT",
  repository: { type: "git", url: "git+https://github.com/acme/charm-telemetry-acme.git" },
  files: ["dist"],
  type: "module",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
  peerDependencies: { "@charm/telemetry-core": "0.x" },
  engines: { node: ">=20.19.0" },
  charm: { telemetry: { acme: "./dist/index.js#AcmeExporter" } },
};

// It imports what only the author has installed.
const SOURCE = `import { BaseTelemetryExporter } from "@charm/telemetry-core";\n${exporterSource(
  "AcmeExporter",
).replace("AcmeExporter", "AcmeExporter extends BaseTelemetryExporter")}`;

const GOOD = {
  LICENSE: "MIT License",
  "README.md": "# charm-telemetry-acme\n",
  "dist/index.js": SOURCE,
  "dist/index.d.ts": "export declare class AcmeExporter {}\n",
};

/** An exporter's folder, in git, its dependencies installed. */
function exporter(packageJson: object, files: Record<string, string> = {}): string {
  const folder = folderWith({ "package.json": { ...PACKAGE, ...packageJson }, ...GOOD, ...files });
  link(join(WORKSPACE, "core"), join(folder, "node_modules/@charm/telemetry-core"));
  execFileSync("git", ["init", "--quiet", folder]);
  execFileSync("git", ["remote", "add", "origin", "git@github.com:acme/charm-telemetry-acme.git"], { cwd: folder });
  return folder;
}

/** A tarball of the folder, without the time that npm takes for it. */
function packed(folder: string): string {
  const parent = folderWith({});
  for (const path of ["package.json", ...Object.keys(GOOD)])
    cpSync(join(folder, path), join(parent, "package", path), { recursive: true });
  execFileSync("tar", ["-czf", join(folder, "x.tgz"), "-C", parent, "package"]);
  return "x.tgz";
}

// What npm needs to start.
const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"] };

describe("a package that is ready", () => {
  it("is good, tarball kept, and the folder stays as it was", () => {
    const folder = exporter({});
    // As in `npm publish --dry-run`, which would have npm pack nothing.
    const dry = { npm_config_dry_run: "true" };
    const { code, stdout, stderr } = charmProcess(folder, ["prepublish", "--out", "acme.tgz"], { environment: dry });
    expect(stdout).toMatch(
      /^ok charm-telemetry-acme@1\.0\.0: 5 files, \d\.\d kB packed, \d\.\d kB unpacked; exporter acme\n$/,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(execFileSync("tar", ["-tzf", "acme.tgz"], { cwd: folder, encoding: "utf8" })).toContain(
      "package/dist/index.js",
    );
    const status = execFileSync("git", ["status", "--short"], { cwd: folder, encoding: "utf8" });
    expect(status.split("\n").toSorted()).toEqual(
      ["", "?? LICENSE", "?? README.md", "?? acme.tgz", "?? dist/", "?? node_modules/", "?? package.json"].toSorted(),
    );
  });

  it("is described as data, too", () => {
    const folder = exporter({});
    const { code, stdout } = charmProcess(folder, ["prepublish", "--json", "--tarball", packed(folder)]);
    expect(JSON.parse(stdout)).toMatchObject({
      folder: ".",
      package: { name: "charm-telemetry-acme", version: "1.0.0", files: 5, exporters: ["acme"] },
      findings: [],
    });
    expect(code).toBe(0);
  });
});

describe("a package that is not ready", () => {
  it("is told everything at once, each in its place", () => {
    const folder = exporter(
      {
        repository: { type: "git", url: "git+https://github.com/Acme/charm-telemetry-acme.git" },
        files: ["dist", ".env", "missing"],
        exports: { ".": { default: "./dist/index.js", types: "./dist/index.d.ts" } },
        dependencies: { tides: "file:../tides" },
        scripts: { postinstall: "node x.js" },
      },
      {
        ".env": "ACME_API_KEY=tide-table-4711\n",
        "dist/index.js": `${SOURCE}// tide-table-4711\n`.replace("  onToolEnd() {}\n", ""),
      },
    );
    const { code, stdout, stderr } = charmProcess(folder, ["prepublish"]);
    expect(stdout.split("\n")).toEqual([
      ".env:1:14 error secret: the value of ACME_API_KEY would be published (fix: take it out, and replace it where it was issued if it was ever published)",
      "dist/index.js:11:4 error secret: the value of ACME_API_KEY would be published (fix: take it out, and replace it where it was issued if it was ever published)",
      expect.stringMatching(
        /^package\.json:7:12 error repository: differs from the git remote in case alone; got .* want .*$/,
      ),
      'package.json:9:3 error files: .env would be published, which is where secrets are (fix: leave it out with "!…" in "files")',
      expect.stringMatching(/^package\.json:\d+:\d+ error publint: /),
      expect.stringMatching(/^package\.json:\d+:\d+ error publint: /),
      expect.stringMatching(/^package\.json:\d+:\d+ error entry-point-contract: "acme": the class lacks onToolEnd/),
      expect.stringMatching(/^package\.json:\d+:\d+ error dependencies: "tides" is "file:/),
      expect.stringMatching(/^package\.json:\d+:\d+ error install-script: postinstall in 1\.0\.0/),
      expect.stringMatching(/^not ready charm-telemetry-acme@1\.0\.0: 6 files, .*; exporter acme; 9 errors$/),
      "",
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).not.toContain("4711");
  });

  it("is one without an exporter, if its name promises one", async () => {
    const folder = exporter({ charm: undefined });
    const { code, stdout } = await charm(folder, ["prepublish", "--tarball", packed(folder)]);
    expect(stdout).toMatch(/^package\.json:1:1 error entry-point-id: package\.json declares no entry point /m);
    expect(code).toBe(1);
  });

  it("is one whose class does not stand to be made", () => {
    const source = exporterSource("AcmeExporter").replace(
      "onRunStart",
      "constructor() { throw new Error(process.env.PATH); }\n  onRunStart",
    );
    const folder = exporter({}, { "dist/index.js": source });
    const { code, stdout } = charmProcess(folder, ["prepublish", "--tarball", packed(folder)]);
    expect(stdout).toMatch(
      /error entry-point-contract: "acme": new Exporter\(\) works where none of its variables are set/,
    );
    expect(code).toBe(1);
  });

  it("is one whose types nobody could use", async () => {
    const folder = exporter(
      { exports: { ".": "./dist/index.js" } },
      { "dist/index.d.ts": 'export { A } from "./missing";\n' },
    );
    const { code, stdout } = await charm(folder, ["prepublish", "--tarball", packed(folder)]);
    expect(stdout).toMatch(/^package\.json:\d+:\d+ error types: /m);
    expect(code).toBe(1);
  });

  it("keeps no tarball", async () => {
    const folder = exporter({ license: "none" });
    const { code } = await charm(folder, ["prepublish", "--tarball", packed(folder), "--out", "acme.tgz"]);
    expect(code).toBe(1);
    expect(existsSync(join(folder, "acme.tgz"))).toBe(false);
  });

  it("says what a script of it said that failed", async () => {
    const folder = exporter({ scripts: { prepack: "echo the reef is in the way >&2; exit 7" } });
    const { code, stdout, stderr } = await charm(folder, ["prepublish"], { environment });
    expect(stderr).toMatch(/^error: npm pack failed \(7\)\n[^]*the reef is in the way/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it.each([
    ['{\n  "name": "acme",,\n}\n', /^package\.json:2:18 error json-syntax: /],
    [`${'{"a":'.repeat(9)},${"}".repeat(9)}`, /^package\.json:1:46 error json-syntax: /],
    ['{\n  "private": true,\n}\n', /^package\.json:2:18 error trailing-comma: [^()]*$/m],
    ["\u{FEFF}{}", /^package\.json:1:1 error json-/],
    ["[]\n", /^package\.json:1:1 error name: "name" is missing; want .*\npackage\.json:1:1 error version: /],
    ['{\n  "version": "1.0.0"\n}\n', /^package\.json:1:1 error name: "name" is missing; want .*\nnot ready; 1 error$/m],
    ['{\n  "name": 7,\n  "version": "1.0.0"\n}\n', /^package\.json:2:11 error name: "name" is no text; got 7; want /],
  ])("is one whose package.json is %j, packed or not", async (text, expected) => {
    const folder = exporter({});
    const tarball = packed(folder);
    writeFiles(folder, { "package.json": text });
    for (const args of [[], ["--tarball", tarball]]) {
      const { code, stdout, stderr } = await charm(folder, ["prepublish", ...args]);
      expect(stdout).toMatch(expected);
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    }
  });

  it("is the one that --tarball names", async () => {
    const folder = exporter({ name: "charm-telemetry-other" });
    const tarball = packed(folder);
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(PACKAGE)}\n`);
    const { code, stdout } = await charm(folder, ["prepublish", "--tarball", tarball]);
    expect(stdout).toContain('error tarball: the tarball holds "charm-telemetry-other"; want "charm-telemetry-acme"');
    expect(code).toBe(1);
  });

  it("is none that is a broken tarball", async () => {
    const folder = exporter({});
    writeFileSync(join(folder, "x.tgz"), "not a tarball");
    const { code, stdout } = await charm(folder, ["prepublish", "--tarball", "x.tgz"]);
    expect(stdout).toContain("package.json:1:1 error tarball: is not compressed with gzip, or broken");
    expect(code).toBe(1);
  });
});

it.each(["SIGINT", "SIGTERM"] as const)("leaves nothing behind when %s ends it", async (signal) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  // It says that npm packs, and has it pack for as long as it is let.
  const folder = exporter({ scripts: { prepack: `node -e "net.connect(${port}, '127.0.0.1').resume()"` } });
  const temporary = folderWith({});
  const child = startCharm(folder, ["prepublish"], { TMPDIR: temporary });
  const [socket] = (await once(server, "connection")) as [Socket];
  socket.on("error", () => {});
  const ours = () => readdirSync(temporary).filter((name) => name.startsWith("charm-prepublish-"));
  expect(ours()).toHaveLength(1);
  const ended = once(child, "exit");
  // As a terminal does: all that was started is told.
  process.kill(-Number(child.pid), signal);
  expect(await ended).toEqual([null, signal]);
  expect(ours()).toEqual([]);
  socket.destroy();
});

describe("wrong usage", () => {
  it.each([
    [["prepublish"], "there is no package.json in this folder"],
    [["prepublish", "nowhere"], "there is no package.json in nowhere"],
  ])("%j ends with 2", async (args, message) => {
    const { code, stdout, stderr } = await charm(folderWith({}), args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("is a folder for the tarball that is not there", async () => {
    const { code, stdout, stderr } = await charm(exporter({}), ["prepublish", "--out", "nowhere/x.tgz"]);
    expect(stderr).toContain("there is no folder for nowhere/x.tgz");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("is a tarball that is not there", async () => {
    const { code, stderr } = await charm(exporter({}), ["prepublish", "--tarball", "x.tgz"]);
    expect(stderr).toContain("there is no tarball x.tgz");
    expect(code).toBe(2);
  });
});
