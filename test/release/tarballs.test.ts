import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { madeRelease, release, script } from "./support.ts";

const GOOD = {
  name: "@acme/tide",
  version: "1.2.0",
  description: "Tells the tides.",
  license: "MIT",
  type: "module",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
};
const FILES = {
  LICENSE: "MIT",
  "README.md": "# tide",
  "dist/index.js": "export const high = true;\n",
  "dist/index.d.ts": "export declare const high: boolean;\n",
};

it("are fine when they hold what people need", async () => {
  const ended = await script(release("verify.mjs"), [madeRelease([[GOOD, FILES]])]);
  expect(ended).toEqual({ code: 0, stdout: "1 packages are as they should be\n", stderr: "" });
});

it("are refused with everything that is wrong, all packages at once", async () => {
  const { LICENSE: _, ...unlicensed } = FILES;
  const folder = madeRelease([
    [
      { ...GOOD, dependencies: { "@acme/sea": "workspace:^" } },
      { ...unlicensed, "dist/.env.local": "KEY=1" },
    ],
    [
      { ...GOOD, name: "@acme/wind", charm: { telemetry: { wind: "./dist/exporter.js#Wind" } } },
      { ...FILES, "dist/index.d.ts": "export { high } from './lost';\n" },
    ],
  ]);
  const { code, stderr } = await script(release("verify.mjs"), [folder]);
  expect(code).toBe(1);
  expect(stderr).toContain("error release-check: nothing may be published:\n  tide-1.2.0.tgz: LICENSE is missing\n");
  expect(stderr).toContain("tide-1.2.0.tgz: dist/.env.local would be published\n");
  expect(stderr).toContain("tide-1.2.0.tgz: dependencies.@acme/sea is workspace:^, which nobody else can install\n");
  expect(stderr).toContain("wind-1.2.0.tgz: charm.telemetry.wind is dist/exporter.js, which is not in the package\n");
  expect(stderr).toMatch(/wind-1\.2\.0\.tgz: .*Internal resolution error/s);
});

it("are refused when release.json calls them something else", async () => {
  const folder = madeRelease([[GOOD, FILES]]);
  const list = `${folder}/release.json`;
  writeFileSync(list, readFileSync(list, "utf8").replace('"1.2.0"', '"1.3.0"'));
  const { stderr } = await script(release("verify.mjs"), [folder]);
  expect(stderr).toContain("tide-1.2.0.tgz: holds @acme/tide@1.2.0, not @acme/tide@1.3.0");
});
