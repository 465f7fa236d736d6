import { expect, it } from "vitest";
import { checkTypes } from "../../src/prepublish/check-types.ts";

const check = (...paths: string[]): ReturnType<typeof checkTypes> => {
  const files = new Map(paths.map((path) => [path, new Uint8Array()]));
  return checkTypes(new Uint8Array(), files, ".", "pnpm", () => Promise.resolve(undefined));
};

it("asks for what tries types, where there are any", async () => {
  expect(await check("dist/index.js", "dist/index.d.ts")).toEqual([
    {
      severity: "error",
      rule: "types",
      message: "ships types, but @arethetypeswrong/core, which tries them, is not installed",
      fix: "pnpm add -D @arethetypeswrong/core",
    },
  ]);
});

it("asks for nothing where there are none", async () => {
  expect(await check("dist/index.js")).toEqual([]);
});
