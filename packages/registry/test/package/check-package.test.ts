import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOfPackage, problemsOf } from "../../src/package/check-package.ts";
import { describePackage } from "../../src/package/describe-package.ts";
import type { PackageDescription } from "../../src/package/describe-package.ts";
import { PACKAGE_LIMITS } from "../../src/package/limits.ts";
import { checkDescription } from "../../src/package/package-rules.ts";
import { positionOf } from "../../src/package/positions.ts";
import { PACKAGE_JSON, exporterFiles } from "./strangers.ts";

const CORE = "@charm/telemetry-core";

function described(packageJson: object = {}, others: Readonly<Record<string, string>> = {}): PackageDescription {
  const files = { ...exporterFiles("", packageJson), ...others };
  const description = describePackage(
    new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const)),
  );
  if ("rule" in description) throw new Error(description.message);
  return description;
}

/** Rule, message and place of each problem. */
function problems(packageJson: object = {}, others = {}, coreVersions: readonly string[] = ["0.3.1"]): string[] {
  return checkDescription(described(packageJson, others), PACKAGE_LIMITS, coreVersions).map(
    ({ rule, message, path }) => `${rule}: ${message} @${path.join("/")}`,
  );
}

describe("package.json", () => {
  it("of a good exporter has nothing wrong with it", () => {
    expect(problems()).toEqual([]);
  });

  it.each([
    [{ charm: undefined }, "entry-point-id: package.json declares no entry point @"],
    [{ charm: { telemetry: ["./index.js"] } }, "entry-point-id: package.json declares no entry point @"],
    [
      { charm: { telemetry: { acme: "index.js" } } },
      'entry-point-contract: "acme": "index.js" is not of the form "./dist/index.js#Class" @charm/telemetry/acme',
    ],
    [{ charm: "x" }, "entry-point-id: package.json declares no entry point @"],
    [{ scripts: { postinstall: "x" } }, "install-script: postinstall in 1.0.0 @scripts/postinstall"],
    [{ peerDependencies: {} }, `peer-range: ${CORE} is no peer dependency @peerDependencies`],
    [
      { peerDependencies: {}, dependencies: { [CORE]: "0.x" } },
      `peer-range: ${CORE} is a dependency of its own, not a peer @dependencies/${CORE}`,
    ],
    [
      { peerDependencies: { [CORE]: "0.x" }, peerDependenciesMeta: { [CORE]: { optional: true } } },
      `peer-range: ${CORE} is no peer dependency @peerDependencies`,
    ],
    [
      { peerDependencies: { [CORE]: "^0.2.0" } },
      `peer-range: no supported version of core fits @peerDependencies/${CORE}`,
    ],
    [
      { peerDependencies: { [CORE]: "0.x", tide: "github:acme/tide" } },
      'dependencies: "tide" does not come from the npm registry @peerDependencies/tide',
    ],
  ])("with %o is told so", (packageJson, message) => {
    expect(problems(packageJson)).toEqual([expect.stringContaining(message) as string]);
  });

  it.each(["^1.0.0", "1.x || >=2.5.0", "latest", "", "*", "npm:@acme/tide@^1.0.0", "npm:tide"])(
    "may depend on %j",
    (range) => {
      expect(problems({ dependencies: { tide: range } })).toEqual([]);
    },
  );

  it.each([
    "git+ssh://git@github.com/acme/tide.git",
    "acme/tide",
    "../tide",
    "file:tide",
    "link:tide",
    "workspace:^",
    "http://localhost/tide.tgz",
    "npm:../../tide",
    "npm:",
  ])("may not depend on %j", (range) => {
    expect(problems({ optionalDependencies: { tide: range } })).toEqual([
      'dependencies: "tide" does not come from the npm registry @dependencies/tide',
    ]);
  });

  it("counts optional dependencies too, and others not", () => {
    const some = (prefix: string, count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "1.0.0"]));
    expect(problems({ dependencies: some("a", 10), devDependencies: some("b", 20) })).toEqual([]);
    expect(problems({ dependencies: some("a", 9), optionalDependencies: some("b", 2) })).toEqual([
      "dependencies: too many dependencies @dependencies",
    ]);
  });

  it("need not name the script that npm makes up", () => {
    expect(problems({}, { "binding.gyp": "{}" })).toEqual([expect.stringMatching(/^install-script: binding\.gyp/)]);
    expect(problems({ gypfile: false }, { "binding.gyp": "{}" })).toEqual([]);
  });

  it("accepts a version of core that is a prerelease", () => {
    expect(problems({}, {}, ["0.4.0-next.1"])).toEqual([]);
  });

  it("may be any JSON", () => {
    const keys = ["charm", "scripts", "dependencies", "peerDependencies", "peerDependenciesMeta", "repository"];
    const packageJson = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
    fc.assert(
      fc.property(packageJson, (json) => {
        expect(problems(json).every((problem) => typeof problem === "string")).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("that says __proto__ says nothing", () => {
    const text = '{ "name": "x", "version": "1.0.0", "__proto__": { "license": "MIT" }, "charm": { "__proto__": 1 } }';
    expect(describePackage(new Map([["package.json", Buffer.from(text)]]))).toMatchObject({
      license: undefined,
      entryPoints: new Map(),
    });
    expect(({} as { license?: string }).license).toBeUndefined();
  });
});

it("says all that is wrong with a package at once, and where", async () => {
  const found = await problemsOf(described({ scripts: { install: "x" }, peerDependencies: {} }), { id: "b" });
  expect(found.map(({ rule, path }) => [rule, ...path])).toEqual([
    ["install-script", "scripts", "install"],
    ["peer-range", "peerDependencies"],
  ]);
});

it("knows facts of a package that was not published", async () => {
  const facts = await factsOfPackage(described({ license: 7, repository: "github:acme/acme" }), { id: "other" });
  expect(facts).toMatchObject({
    license: null,
    repository: { url: "github:acme/acme" },
    entry_points: { "charm.telemetry": PACKAGE_JSON.charm.telemetry },
    implements_contract: false,
    provenance: null,
  });
});

it("finds places in package.json, or the nearest there are", () => {
  const text = '{\n  "scripts": {\n    "a": 1,\n    "a": 2\n  }\n}';
  expect(positionOf(text, ["scripts", "a"])).toEqual({ line: 4, column: 10 });
  expect(positionOf(text, ["scripts", "b"])).toEqual({ line: 2, column: 14 });
  expect(positionOf(text, ["b"])).toEqual({ line: 1, column: 1 });
  expect(positionOf("[".repeat(1e6), ["b"])).toEqual({ line: 1, column: 1 });
});
