import { describe, expect, it } from "vitest";
import { checkFiles } from "../../src/prepublish/check-files.ts";
import { checkPackageJson, isExporter } from "../../src/prepublish/check-package-json.ts";
import { checkRepository } from "../../src/prepublish/check-repository.ts";
import { checkSecrets, secretsAround } from "../../src/prepublish/check-secrets.ts";
import type { Flaw } from "../../src/prepublish/flaw.ts";
import { folderWith } from "../support/project.ts";

const GOOD = { "package.json": "{}", LICENSE: "MIT", "README.md": "#", "dist/index.js": "" };

function filesOf(files: Record<string, string>): Map<string, Uint8Array> {
  return new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
}

function said(flaws: readonly Flaw[]): string[] {
  return flaws.map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`);
}

describe("files", () => {
  const check = (more: Record<string, string>, list: unknown = ["dist"]): string[] =>
    said(checkFiles(filesOf({ ...GOOD, ...more }), { files: list }));

  it("that belong to a package are good", () => {
    expect(
      check({ "dist/index.js.map": "", "dist/index.d.ts": "", "src/test-tools.ts": "", ".env.example": "" }),
    ).toEqual([]);
  });

  it.each([
    [".env", "which is where secrets are"],
    ["config/.env.production", "which is where secrets are"],
    [".npmrc", "which is where tokens are"],
    ["keys/server.pem", "which looks like a key"],
    ["id_ed25519", "which looks like a key"],
    ["service-account-prod.json", "which looks like a key"],
    [".ssh/config", "which is where keys are"],
    [".idea/workspace.xml", "which belongs to this machine"],
    ["dist/.tsbuildinfo", "which belongs to this machine"],
    ["npm-debug.log", "which belongs to this machine"],
    ["test/exporter.js", "which is a test's"],
    ["src/encode.test.ts", "which is a test's"],
    ["dist/encode.spec.js.map", "which is a test's"],
    ["coverage/index.html", "which is a test's"],
  ])("like %s are not", (path, why) => {
    expect(check({ [path]: "" })).toEqual([`error files: ${path} would be published, ${why}`]);
  });

  it("of a scaffold's template may be tests", () => {
    expect(check({ "template/test/exporter.test.ts": "" })).toEqual([]);
    expect(check({ "template/.env": "" })).toHaveLength(1);
  });

  it("by the hundred are one mistake", () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`test/${index}.js`, ""]));
    const messages = check(many);
    expect(messages).toHaveLength(5);
    expect(messages.at(-1)).toMatch(/ and 95 more would be published/);
  });

  it.each([[undefined], [["."]], [["*"]], [["**/*"]], [["./"]]])("are not listed by %j", (list) => {
    expect(said(checkFiles(filesOf(GOOD), { files: list }))).toEqual([
      expect.stringMatching(/^error files: (?:no list "files"|"files" lets everything through)/),
    ]);
  });

  it("include a licence and a README", () => {
    expect(said(checkFiles(filesOf({ "package.json": "{}" }), { files: ["dist"] }))).toEqual([
      "error license-file: no licence file",
      "warning readme: no README, which is the package's page on npm",
    ]);
    expect(check({ LICENSE: "" }).length + check({ "LICENCE.md": "" }).length).toBe(0);
  });
});

describe("secrets", () => {
  const key = `sk-${"a1B2".repeat(10)}`;

  it("are found by their shape, in source maps too, and never shown", () => {
    const map = JSON.stringify({ sources: ["../src/index.ts"], sourcesContent: [`const key = "${key}";`] });
    const flaws = checkSecrets(
      filesOf({ "dist/index.js": `let a;\nconst k = "${key}";\n`, "dist/index.js.map": map }),
      new Map(),
    );
    expect(said(flaws)).toEqual([
      "error secret: something shaped like a secret (OPENAI_KEY) would be published",
      "error secret: something shaped like a secret (OPENAI_KEY) would be published",
    ]);
    expect(flaws[0]?.place).toEqual({ file: "dist/index.js", line: 2, column: 12 });
    expect(JSON.stringify(flaws)).not.toContain(key);
  });

  it("of the environment and of .env are found by their value", () => {
    const folder = folderWith({ ".env": "ACME_API_KEY=tide-table-4711\nACME_ENDPOINT=https://acme.example\n" });
    const known = { GIT_AUTHOR_NAME: "Ada Harbour", npm_package_keywords_0: "tide-table-4711x" };
    const secrets = secretsAround(folder, { NPM_TOKEN: "harbour-0815-x", ...known });
    const text = "a\nhttps://acme.example tide-table-4711\nharbour-0815-x\nAda Harbour\n";
    const flaws = checkSecrets(filesOf({ "dist/index.js": text }), secrets);
    expect(said(flaws)).toEqual([
      "error secret: the value of ACME_API_KEY would be published",
      "error secret: the value of NPM_TOKEN would be published",
    ]);
    expect(flaws.map(({ place }) => place?.line)).toEqual([2, 3]);
    expect(JSON.stringify(flaws)).not.toMatch(/4711|0815/);
  });

  it("of examples are warnings", () => {
    const flaws = checkSecrets(filesOf({ "README.md": "curl https://user:password@host.example\n" }), new Map());
    expect(said(flaws)).toEqual(["warning secret: something shaped like a secret (URL_PASSWORD) would be published"]);
  });

  it("are not looked for in what is no text", () => {
    expect(checkSecrets(new Map([["logo.png", Buffer.from([0xff, 0xfe, ...Buffer.from(key)])]]), new Map())).toEqual(
      [],
    );
  });

  it("are no part of a source map's paths, which may tell of the machine", () => {
    const map = (source: string): string[] =>
      said(checkSecrets(filesOf({ "dist/index.js.map": JSON.stringify({ sources: [source] }) }), new Map()));
    expect(map("../src/index.ts")).toEqual([]);
    expect(map("/home/somebody/acme/src/index.ts")).toEqual([
      'error source-map: names a path of this machine, "/home/somebody/acme/src/index.ts"',
    ]);
    expect(map(String.raw`C:\acme\index.ts`)).toHaveLength(1);
  });
});

describe("package.json", () => {
  const good = { name: "charm-telemetry-acme", license: "MIT", engines: { node: ">=20" } };

  it("is good with a licence and the versions of Node", () => {
    expect(checkPackageJson(good)).toEqual([]);
  });

  it.each([
    [{ private: true }, "error private: npm publishes no private package"],
    [{ license: undefined }, "error license-spdx: no licence"],
    [{ license: "My Own" }, "error license-spdx: "],
    [{ engines: {} }, "warning engines: does not say which versions of Node it works on"],
    [{ name: "@acme/charm-telemetry-acme" }, "warning access: npm publishes the first version"],
    [{ dependencies: { a: "workspace:^" } }, 'error dependencies: "a" is "workspace:^", which nobody else can install'],
    [{ peerDependencies: { a: "file:../a" } }, 'error dependencies: "a" is "file:../a"'],
    [{ optionalDependencies: { a: "link:../a" } }, 'error dependencies: "a" is "link:../a"'],
    [{ dependencies: { a: "catalog:" } }, 'error dependencies: "a" is "catalog:"'],
  ])("with %j is told so", (more, message) => {
    expect(said(checkPackageJson({ ...good, ...more }))).toEqual([expect.stringContaining(message)]);
  });

  it("is an exporter's by its entry points or by its name", () => {
    expect(isExporter({ name: "charm-telemetry-acme" })).toBe(true);
    expect(isExporter({ name: "@acme/charm-telemetry-acme" })).toBe(true);
    expect(isExporter({ name: "tides", charm: { telemetry: {} } })).toBe(true);
    expect(isExporter({ name: "create-charm-telemetry" })).toBe(false);
  });
});

describe("the repository", () => {
  const field = (url: string, directory?: string): object => ({ repository: { type: "git", url, directory } });
  const ours = "git+https://github.com/acme/charm-telemetry-acme.git";
  const check = (packageJson: object, directory: string, ...remotes: string[]): string[] =>
    said(checkRepository(packageJson as Record<string, unknown>, { directory, remotes }));

  it.each([
    "https://github.com/acme/charm-telemetry-acme",
    "https://github.com/acme/charm-telemetry-acme.git",
    "git@github.com:acme/charm-telemetry-acme.git",
    "ssh://git@github.com/acme/charm-telemetry-acme.git",
    "ssh://git@github.com:22/acme/charm-telemetry-acme.git",
    "https://token@github.com/acme/charm-telemetry-acme/",
  ])("is the remote %s", (remote) => {
    expect(check(field(ours), "", remote)).toEqual([]);
    expect(check({ repository: "github:acme/charm-telemetry-acme" }, "", remote)).toEqual([]);
  });

  it("may be any of several remotes", () => {
    expect(check(field(ours), "", "git@github.com:me/charm-telemetry-acme.git", ours)).toEqual([]);
  });

  it("is told apart by case, as npm does", () => {
    const [flaw] = checkRepository(field(ours) as Record<string, unknown>, {
      directory: "",
      remotes: ["git@github.com:Acme/charm-telemetry-acme.git"],
    });
    expect(flaw).toMatchObject({
      severity: "error",
      message: "differs from the git remote in case alone",
      want: '"git+https://github.com/Acme/charm-telemetry-acme.git"',
      path: ["repository", "url"],
    });
  });

  it("is another's where the names differ, and a fork where the owner does", () => {
    expect(check(field(ours), "", "https://github.com/me/charm-telemetry-acme")).toEqual([
      "warning repository: is not the git remote, which may be a fork",
    ]);
    expect(check(field(ours), "", "https://github.com/acme/other")).toEqual([
      "error repository: is not the git remote",
    ]);
  });

  it("cannot be compared without a remote", () => {
    expect(check(field(ours), "")).toEqual(["warning repository: not compared with git, which has no remote here"]);
    expect(said(checkRepository(field(ours) as Record<string, unknown>, undefined))).toHaveLength(1);
  });

  it("has to be there, and to be an address", () => {
    expect(check({}, "", ours)).toEqual(["error repository: no repository"]);
    expect(check(field("soon"), "", ours)).toEqual(["error repository: no address of a repository"]);
  });

  it("names the folder in which the package is", () => {
    expect(check(field(ours, "packages/acme"), "packages/acme", ours)).toEqual([]);
    expect(check(field(ours), "packages/acme", ours)).toEqual(["error repository: directory is not this folder's"]);
    expect(check(field(ours, "packages/acme"), "", ours)).toHaveLength(1);
  });
});
