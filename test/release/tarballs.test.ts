import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { madeRelease, release, script } from "./support.ts";

const GOOD = {
  name: "@acme/tide",
  version: "1.2.0",
  description: "Tells the tides.",
  license: "MIT",
  repository: { type: "git", url: "git+https://github.com/acme/tide.git" },
  type: "module",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
  files: ["dist"],
  engines: { node: ">=20.19.0" },
  publishConfig: { access: "public" },
};
const FILES = {
  LICENSE: "MIT License\n",
  "README.md": "# tide\n",
  "dist/index.js": "export const high = true;\n",
  "dist/index.d.ts": "export declare const high: boolean;\n",
};

it("are fine when they hold what people need", async () => {
  const ended = await script(release("verify.mjs"), [madeRelease([[GOOD, FILES]])]);
  expect(ended).toEqual({ code: 0, stdout: "packages that are as they should be: 1\n", stderr: "" });
});

it("are refused with everything that is wrong, all packages at once", async () => {
  const { LICENSE: _, ...unlicensed } = FILES;
  const folder = madeRelease([
    [
      { ...GOOD, dependencies: { "@acme/sea": "workspace:^" } },
      { ...unlicensed, "dist/.env": "KEY=1" },
    ],
    [
      { ...GOOD, name: "@acme/wind" },
      { ...FILES, "dist/index.d.ts": "export { high } from './lost';\n" },
    ],
  ]);
  const { code, stderr } = await script(release("verify.mjs"), [folder]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error release-check: nothing may be published:\ntide-1\.2\.0\.tgz: /);
  for (const finding of ["licence", ".env would be published", "workspace:^", "wind-1.2.0.tgz: "])
    expect(stderr).toContain(finding);
});

it("are refused when release.json calls them something else", async () => {
  const folder = madeRelease([[GOOD, FILES]]);
  const list = `${folder}/release.json`;
  writeFileSync(list, readFileSync(list, "utf8").replace('"1.2.0"', '"1.3.0"'));
  const { stderr } = await script(release("verify.mjs"), [folder]);
  expect(stderr).toContain("tide-1.2.0.tgz: holds @acme/tide@1.2.0, not @acme/tide@1.3.0");
});
