import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addCommand, packageManagerOf } from "../src/package-manager.ts";
import { folderWith } from "./support/project.ts";

describe("the package manager of a project", () => {
  it.each([
    [{ "package.json": { packageManager: "yarn@4.18.1" }, "pnpm-lock.yaml": "" }, "yarn"],
    [{ "package.json": {}, "pnpm-lock.yaml": "" }, "pnpm"],
    [{ "package-lock.json": "{}" }, "npm"],
    [{ "bun.lock": "" }, "bun"],
    [{ "package.json": "not JSON", "yarn.lock": "" }, "yarn"],
    [{ "package.json": { packageManager: "cargo@1.0.0" }, "yarn.lock": "" }, "yarn"],
  ])("in %j is %s", (files, expected) => {
    expect(packageManagerOf(folderWith(files), {})).toBe(expected);
  });

  it("is that of the workspace around it", () => {
    const folder = folderWith({ "pnpm-lock.yaml": "", "packages/acme/package.json": {} });
    expect(packageManagerOf(join(folder, "packages/acme"), {})).toBe("pnpm");
  });

  it("is the one that runs the command, or npm, where nothing says", () => {
    const folder = folderWith({});
    expect(packageManagerOf(folder, { npm_config_user_agent: "pnpm/12.21.0 npm/? node/v20.20.2 linux x64" })).toBe(
      "pnpm",
    );
    expect(packageManagerOf(folder, { npm_config_user_agent: "somebody" })).toBe("npm");
    expect(packageManagerOf(folder, {})).toBe("npm");
  });
});

it("has its own way to add a package", () => {
  expect(addCommand("npm", "acme")).toBe("npm install acme");
  expect(addCommand("yarn", "acme", { isDev: true })).toBe("yarn add -D acme");
  expect(addCommand("bun", "acme", { isDev: true })).toBe("bun add -d acme");
});
