import { execFileSync } from "node:child_process";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startNpmRegistry } from "../../../../test/support/npm-registry.ts";
import type { NpmFault, NpmRegistry } from "../../../../test/support/npm-registry.ts";
import type { FactsAnswer } from "../../src/facts.ts";
import { gatherFacts } from "../../src/package/gather-facts.ts";
import type { GatherOptions } from "../../src/package/gather-facts.ts";
import type { VerifyBundle } from "../../src/npm/provenance.ts";
import { kitFolder } from "../../src/package/kit-folder.ts";
import { packageTarball } from "./make-tarball.ts";
import { PACKAGE_JSON, exporterFiles, exporterModule } from "./strangers.ts";

const NAME = PACKAGE_JSON.name;
const SOURCE = "https://github.com/acme/charm-telemetry-acme";

let registry: NpmRegistry;

beforeEach(async () => {
  registry = await startNpmRegistry();
});

afterEach(() => registry.close());

afterAll(async () => (await kitFolder()).dispose());

function publish(packageJson: object = {}, index: string = exporterModule()): string {
  const files = exporterFiles(index, packageJson);
  const document = { ...PACKAGE_JSON, ...packageJson };
  return registry.publish(document, packageTarball(files)).dist.integrity;
}

function gather(version = "1.0.0", options: GatherOptions = {}): Promise<FactsAnswer> {
  return gatherFacts(NAME, version, { registry: registry.url, backoffMs: 1, id: "acme", ...options });
}

it("tells what is known of a good package", async () => {
  publish();
  expect(await gather()).toEqual({
    version: "1.0.0",
    license: "MIT",
    repository: PACKAGE_JSON.repository,
    entry_points: { "charm.telemetry": { acme: "./index.js#AcmeExporter" } },
    implements_contract: true,
    install_scripts: [],
    provenance: null,
    deprecated: false,
    problems: [],
  });
});

it("tries a package with what it depends on, from the same registry, and runs no script of it", async () => {
  const tide = {
    "package.json": { name: "tide", version: "2.1.0", scripts: { postinstall: "touch ../../ran" }, type: "module" },
    "index.js": 'import { existsSync } from "node:fs"; export const high = !existsSync("../../ran");',
  };
  registry.publish(tide["package.json"], packageTarball(tide));
  const before = 'import { high } from "tide"; if (!high) throw new Error("a script was run");';
  publish({ dependencies: { tide: "^2.0.0" } }, exporterModule({ before }));
  expect(await gather()).toMatchObject({ implements_contract: true, problems: [] });
});

it("says all that is wrong with a package at once", async () => {
  publish(
    {
      scripts: { preinstall: "x", test: "y" },
      dependencies: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`d${index}`, "1.0.0"])),
      peerDependencies: { "@charm/telemetry-core": "^99.0.0" },
    },
    `${exporterModule()}//${"x".repeat(3_000_000)}`,
  );
  const facts = await gather();
  expect(facts).toMatchObject({ install_scripts: ["preinstall"], implements_contract: false });
  expect("problems" in facts && facts.problems?.map(({ rule, message }) => `${rule}: ${message}`)).toEqual(
    [
      "package-size: unpacks to too much",
      "dependencies: too many dependencies",
      "peer-range: no supported version of core fits",
      "entry-point-contract: its dependencies cannot be installed",
    ].map((text) => expect.stringContaining(text) as string),
  );
});

describe("the entry point", () => {
  it("is judged by the sandbox, and its problems are told in full", async () => {
    publish({}, "export const AcmeExporter = {};");
    expect(await gather()).toMatchObject({
      implements_contract: false,
      problems: [
        {
          rule: "entry-point-contract",
          message: '"acme": is object, want a class with onRunStart and the other hooks',
        },
      ],
    });
  });

  it.each([
    ["../outside.js#X", '"acme": "../outside.js#X" is not of the form "./dist/index.js#Class"'],
    ["./../outside.js#X", '"acme": "./../outside.js#X" is outside of the package'],
    ["./dist/none.js", '"acme": "./dist/none.js" is not in the package'],
  ])("%s is refused without being tried", async (target, message) => {
    publish({ charm: { telemetry: { acme: target, other: "./gone.js" } } });
    expect(await gather()).toMatchObject({
      implements_contract: false,
      problems: [{ rule: "entry-point-contract", message }],
    });
  });

  it("cannot be told while a dependency is out of reach", async () => {
    publish({ dependencies: { tide: "^2.0.0" } });
    registry.setFault({ kind: "status", status: 403 }, { name: "tide" });
    expect(await gather()).toMatchObject({
      implements_contract: null,
      problems: [{ rule: "npm-unreachable", message: "installing its dependencies failed: npm E403" }],
    });
  });

  it.each([
    [{ tide: "^2.0.0" }, "its dependencies cannot be installed: npm E404"],
    [{ tide: "git+https://github.com/acme/tide.git" }, 'its dependency "tide" is not from the npm registry'],
    [{ tide: "file:../../etc" }, 'its dependency "tide" is not from the npm registry'],
    [{ tide: "http://127.0.0.1/x.tgz" }, 'its dependency "tide" is not from the npm registry'],
    [{ tide: "acme/tide" }, 'its dependency "tide" is not from the npm registry'],
  ])("of a package that depends on %o is refused", async (dependencies, message) => {
    publish({ dependencies });
    const facts = await gather();
    expect(facts).toMatchObject({ implements_contract: false });
    expect("problems" in facts && facts.problems?.at(-1)?.message).toBe(message);
  });
});

/** Since npm 11.10 or so; "undefined" before. */
const canBeStrict = execFileSync("npm", ["config", "get", "allow-remote"]).toString().trim() === "all";

it.runIf(canBeStrict)("does not fetch what comes from elsewhere than the registry, however deep", async () => {
  const tide = { name: "tide", version: "2.0.0", dependencies: { moon: `${registry.url}moon/-/moon-1.0.0.tgz` } };
  registry.publish(tide, packageTarball({ "package.json": tide }));
  registry.publish({ name: "moon", version: "1.0.0" }, packageTarball({ "package.json": {} }));
  publish({ dependencies: { tide: "^2.0.0" } });
  expect(await gather()).toMatchObject({
    implements_contract: false,
    problems: [{ rule: "entry-point-contract", message: "its dependencies cannot be installed: npm EALLOWREMOTE" }],
  });
  expect(registry.requests.filter((each) => each.includes("moon"))).toEqual([]);
});

describe("npm", () => {
  it("may not have the package, not have it any more, or not have the version", async () => {
    expect(await gather()).toEqual({ missing: "package" });
    publish();
    expect(await gather("1.0.1")).toEqual({ missing: "version" });
    registry.unpublish(NAME);
    expect(await gather()).toEqual({ missing: "package" });
  });

  it("may have a notice for those who install it", async () => {
    publish();
    registry.deprecate(NAME, "1.0.0", "gone\u{1b}[2J fishing");
    expect(await gather("1.0.0", { id: "other" })).toMatchObject({ deprecated: "gone\\u{1B}[2J fishing" });
  });

  it.each([
    [{ kind: "status", status: 503 }, "503 after 3 tries"],
    [{ kind: "status", status: 429, retryAfter: "0" }, "429 after 3 tries"],
    [{ kind: "broken-json" }, "an answer that makes no sense after 3 tries"],
    [{ kind: "hang" }, "no answer in 300 ms after 3 tries"],
  ] satisfies [NpmFault, string][])("may be out of order: %o", async (fault, undecided) => {
    publish();
    registry.setFault(fault, { on: "packument" });
    expect(await gather("1.0.0", { timeoutMs: 300 })).toEqual({ undecided });
  });

  it("may send another tarball than it has said", async () => {
    publish();
    registry.setFault({ kind: "lying" }, { on: "tarball" });
    expect(await gather()).toMatchObject({ broken: { rule: "npm-integrity" } });
  });

  it("may show other metadata than what is in the tarball", async () => {
    registry.publish({ ...PACKAGE_JSON, version: "2.0.0" }, packageTarball(exporterFiles()));
    expect(await gather("2.0.0")).toEqual({
      broken: { rule: "tarball", message: "package.json in it is that of charm-telemetry-acme@1.0.0" },
    });
  });

  it.each([
    [{}, "has no package.json"],
    [{ "package.json": "{" }, "package.json is not JSON"],
    [{ "package.json": "[]" }, "package.json has no name or no version"],
    [{ "package.json": { name: "../../x", version: "1.0.0" } }, '"../../x" is no name of a package'],
  ])("may have a tarball that is no package: %o", async (files, message) => {
    registry.publish(PACKAGE_JSON, packageTarball({ "index.js": "", ...files }));
    expect(await gather()).toEqual({
      broken: { rule: "tarball", message: expect.stringContaining(message) as string },
    });
  });
});

describe("provenance", () => {
  // There is no such entry point, so nothing is run.
  const quick: GatherOptions = { id: "other" };
  const holds: GatherOptions = { ...quick, verifyBundle: () => Promise.resolve("holds") };

  /** An attestation as npm makes it. */
  function attestation(
    integrity: string,
    { name = NAME, repository = SOURCE as unknown } = {},
  ): Parameters<NpmRegistry["attest"]>[2] {
    const sha512 = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex");
    const statement = {
      subject: [{ name: `pkg:npm/${name}@1.0.0`, digest: { sha512 } }],
      predicate: { buildDefinition: { externalParameters: { workflow: { repository } } } },
    };
    const payload = Buffer.from(JSON.stringify(statement)).toString("base64");
    return { predicateType: "https://slsa.dev/provenance/v1", bundle: { dsseEnvelope: { payload } } };
  }

  it("is the repository that a signed attestation of this very tarball names", async () => {
    registry.attest(NAME, "1.0.0", attestation(publish()));
    const verifyBundle = vi.fn<VerifyBundle>(() => Promise.resolve("holds"));
    expect(await gather("1.0.0", { ...quick, verifyBundle })).toMatchObject({ provenance: { source: SOURCE } });
    expect(verifyBundle).toHaveBeenCalledWith(expect.objectContaining({ dsseEnvelope: expect.anything() }), SOURCE);
  });

  it.each([
    [
      "another tarball",
      (integrity: string) => attestation(`sha512-${Buffer.alloc(64).toString("base64")}${integrity.slice(0, 0)}`),
    ],
    ["another package", (integrity: string) => attestation(integrity, { name: "lookalike" })],
    ["no repository", (integrity: string) => attestation(integrity, { repository: 7 })],
    ["no https", (integrity: string) => attestation(integrity, { repository: "javascript:alert(1)" })],
    ["another kind", (integrity: string) => ({ ...attestation(integrity), predicateType: "https://example.com/" })],
    ["no bundle", () => ({ predicateType: "https://slsa.dev/provenance/v1", bundle: null })],
  ])("is not taken from an attestation of %s", async (_, made) => {
    registry.attest(NAME, "1.0.0", made(publish()));
    expect(await gather("1.0.0", holds)).toMatchObject({ provenance: null, problems: [] });
  });

  it("is not taken from an attestation whose signature does not hold", async () => {
    registry.attest(NAME, "1.0.0", attestation(publish()));
    const facts = await gather("1.0.0", { ...quick, verifyBundle: () => Promise.resolve("broken") });
    expect(facts).toMatchObject({ provenance: null, problems: [] });
  });

  it("is not known while signatures cannot be checked, and a problem says so", async () => {
    registry.attest(NAME, "1.0.0", attestation(publish()));
    const facts = await gather("1.0.0", { ...quick, verifyBundle: () => Promise.resolve({ unchecked: "no keys" }) });
    expect(facts).toMatchObject({ provenance: null, problems: [{ rule: "provenance", message: "no keys" }] });
  });

  it("is undecided while npm does not send the attestations", async () => {
    registry.attest(NAME, "1.0.0", attestation(publish()));
    registry.setFault({ kind: "status", status: 503 }, { on: "attestations" });
    expect(await gather("1.0.0", holds)).toEqual({ undecided: "attestations: 503 after 3 tries" });
  });
});
