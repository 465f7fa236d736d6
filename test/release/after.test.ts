import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { git, madeRelease, release, script, shop, smallRepository, temporaryFolder, writeFiles } from "./support.ts";

const sea = { name: "@acme/sea", version: "2.0.0", type: "module", exports: { ".": "./index.js" } };
const tide = {
  name: "@acme/tide",
  version: "1.2.0",
  type: "module",
  license: "MIT",
  dependencies: { "@acme/sea": "^2.0.0" },
  devDependencies: { "@acme/never-published": "1.0.0" },
  exports: { ".": { default: "./index.js" }, "./auto": { default: "./auto.js" }, "./package.json": "./package.json" },
  sideEffects: ["./auto.js"],
  bin: { tide: "./tide.js" },
};
const SEA = { "index.js": "export const level = 1;\n" };
const TIDE = {
  "index.js": 'export { level } from "@acme/sea";\n',
  "auto.js": "process.exit(3);\n",
  "tide.js": '#!/usr/bin/env node\nimport { level } from "@acme/sea";\nconsole.log(level);\n',
};

it("what works from npm in an empty folder is fine, and has a bill of what it brings", async () => {
  const { environment } = await shop();
  const folder = madeRelease([
    [sea, SEA],
    [tide, TIDE],
  ]);
  await script(release("publish.mjs"), [folder], environment);

  const smoke = await script(release("smoke.mjs"), [folder], environment);
  expect(smoke).toEqual({ code: 0, stdout: "✓ @acme/sea@2.0.0\n✓ @acme/tide@1.2.0\n", stderr: "" });

  expect(await script(release("sbom.mjs"), [folder], environment)).toMatchObject({ code: 0 });
  const bill = JSON.parse(readFileSync(join(folder, "tide-1.2.0.cdx.json"), "utf8")) as {
    bomFormat: string;
    metadata: { component: object };
    components: { purl: string; hashes: object[] }[];
  };
  expect(bill).toMatchObject({
    bomFormat: "CycloneDX",
    metadata: {
      component: { name: "@acme/tide", version: "1.2.0", purl: "pkg:npm/%40acme/tide@1.2.0", type: "library" },
    },
  });
  expect(bill.components).toMatchObject([{ purl: "pkg:npm/%40acme/sea@2.0.0", hashes: [{ alg: "SHA-512" }] }]);
});

it("what does not is told with package, version and the line of the error", async () => {
  const { environment } = await shop();
  const folder = madeRelease([
    [sea, { "index.js": 'export { level } from "./lost.js";\n' }],
    [{ name: "@acme/wind", version: "1.0.0", dependencies: { "@acme/calm": "1.0.0" } }, {}],
  ]);
  await script(release("publish.mjs"), [folder], environment);
  const { code, stderr } = await script(release("smoke.mjs"), [folder], environment);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "error smoke: 2 of the released packages cannot be used; see failures.md\n",
  });
  const report = readFileSync(join(folder, "failures.md"), "utf8");
  expect(report).toMatch(/- `@acme\/sea@2\.0\.0`: `@acme\/sea: Error .*Cannot find module .*lost\.js/);
  expect(report).toMatch(/- `@acme\/wind@1\.0\.0`: `npm error .*404/);
});

it("the notes of a release are its part of the changelog, and how to check the package", async () => {
  const changelog = "# tide\n\n## 1.2.0\n\n### Minor Changes\n\n- Tides of lakes.\n\n## 1.1.0\n\n- Older.\n";
  const folder = madeRelease([[tide, { ...TIDE, "CHANGELOG.md": changelog }]]);
  const list = JSON.parse(readFileSync(join(folder, "release.json"), "utf8")) as { packages: { integrity: string }[] };
  expect(await script(release("notes.mjs"), [folder])).toMatchObject({ code: 0 });
  const notes = readFileSync(join(folder, "tide-1.2.0.md"), "utf8");
  expect(notes).toMatch(/^### Minor Changes\n\n- Tides of lakes\.\n\n## Check what you install\n/);
  expect(notes).not.toContain("Older");
  expect(notes).toContain("https://www.npmjs.com/package/@acme/tide/v/1.2.0#provenance");
  expect(notes).toContain(`\`${list.packages[0]?.integrity}\``);
  expect(notes).toContain("`tide-1.2.0.cdx.json` (CycloneDX)");
});

/** A `gh` that writes down what it is asked; releases and pull requests do not exist yet. */
function stranger(folder: string): { PATH: string; calls: () => string[] } {
  const log = join(folder, "calls");
  const gh = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\ncase "$1 $2" in "release view") exit 1;; "pr list") echo '[]';; esac\n`;
  writeFiles(folder, { "bin/gh": gh, calls: "" });
  chmodSync(join(folder, "bin/gh"), 0o755);
  const calls = (): string[] => readFileSync(log, "utf8").trim().split("\n");
  return { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, calls };
}

it("each package has a release on GitHub with its tarball and bill", async () => {
  const folder = madeRelease([[sea, SEA]]);
  const { PATH, calls } = stranger(temporaryFolder("charm-gh-"));
  expect(await script(release("github-releases.mjs"), [folder], { PATH })).toMatchObject({ code: 0 });
  const beside = (extension: string): string => join(folder, `sea-2.0.0${extension}`);
  expect(calls()).toEqual([
    "release view @acme/sea@2.0.0",
    `release create @acme/sea@2.0.0 --title @acme/sea@2.0.0 --notes-file ${beside(".md")} ${beside(".tgz")} ${beside(".cdx.json")}`,
  ]);
});

it("the registry's manifests get the new versions, in a pull request for which CI is started", async () => {
  const manifest = (id: string, version: string): string =>
    `${JSON.stringify({ id, npm_package: `@acme/${id}`, name: id, version }, undefined, 2)}\n`;
  const repository = smallRepository({
    "registry/telemetry/manifests/tide.json": manifest("tide", "1.1.0"),
    "registry/telemetry/manifests/wind.json": manifest("wind", "0.3.0"),
  });
  const remote = temporaryFolder("charm-remote-");
  git(remote, "init", "--bare", "--quiet");
  git(repository, "remote", "add", "origin", remote);
  const folder = madeRelease([[tide, TIDE]]);

  const bump = await script(join(repository, "scripts/release/registry-bump.mjs"), [folder]);
  expect(bump).toMatchObject({ code: 0, stdout: "tide.json: 1.1.0 → 1.2.0\n" });

  const { PATH, calls } = stranger(temporaryFolder("charm-gh-"));
  const propose = join(repository, "scripts/release/propose.mjs");
  expect(await script(propose, ["release/registry", "Released versions"], { PATH })).toMatchObject({ code: 0 });
  expect(git(remote, "show", "--stat", "--format=%s", "release/registry")).toMatch(
    /^Released versions\n\n.*tide\.json .*\n 1 file/,
  );
  expect(git(remote, "show", "release/registry:registry/telemetry/manifests/tide.json")).toBe(
    manifest("tide", "1.2.0").trim(),
  );
  expect(calls().map((call) => call.split(" --").at(0))).toEqual([
    "auth setup-git",
    "pr list",
    "pr create",
    "workflow run ci.yml",
  ]);
  expect(calls().at(-1)).toBe("workflow run ci.yml --ref release/registry");

  expect(await script(propose, ["release/registry", "Again"], { PATH })).toMatchObject({
    code: 0,
    stdout: "nothing has changed\n",
  });
});
