import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  choosePackageManager,
  formatPackageManager,
  parsePackageManager,
  workflowCommands,
} from "../../src/package-manager/package-manager.ts";
import { emptyFolder, put } from "../support/folders.ts";

const PNPM = { npm_config_user_agent: "pnpm/9.1.0 npm/? node/v20.19.0 linux x64" };

describe("choosePackageManager", () => {
  it("takes the one that runs it, with its version", () => {
    expect(choosePackageManager(undefined, emptyFolder(), PNPM)).toEqual({ name: "pnpm", version: "9.1.0" });
  });

  it("takes npm where nothing says otherwise", () => {
    expect(choosePackageManager(undefined, emptyFolder(), {})).toEqual({ name: "npm" });
    expect(choosePackageManager(undefined, emptyFolder(), { npm_config_user_agent: "cargo/1" })).toEqual({
      name: "npm",
    });
  });

  it.each([
    ["package-lock.json", "npm"],
    ["pnpm-lock.yaml", "pnpm"],
    ["yarn.lock", "yarn"],
    ["bun.lock", "bun"],
  ])("takes the one whose %s is in the project around", (file, name) => {
    const folder = emptyFolder();
    put(folder, { [file]: "" });
    expect(choosePackageManager(undefined, join(folder, "packages/acme"), PNPM)).toEqual({ name });
  });

  it("believes the field packageManager before a lock file", () => {
    const folder = emptyFolder();
    put(folder, { "yarn.lock": "", "package.json": '{"packageManager":"bun@1.2.0+sha512.abc"}' });
    expect(choosePackageManager(undefined, folder, PNPM)).toEqual({ name: "bun", version: "1.2.0" });
  });

  it("does not look beyond the repository", () => {
    const folder = emptyFolder();
    put(folder, { "yarn.lock": "", "repository/.git/HEAD": "" });
    expect(choosePackageManager(undefined, join(folder, "repository/acme"), {})).toEqual({ name: "npm" });
  });

  it("survives a package.json that is none", () => {
    const folder = emptyFolder();
    put(folder, { "package.json": "{", ".git/HEAD": "" });
    expect(choosePackageManager(undefined, folder, {})).toEqual({ name: "npm" });
  });

  it("does as it is told, in the version that runs it", () => {
    const folder = emptyFolder();
    put(folder, { "yarn.lock": "" });
    expect(choosePackageManager("bun", folder, PNPM)).toEqual({ name: "bun" });
    expect(choosePackageManager("pnpm", folder, PNPM)).toEqual({ name: "pnpm", version: "9.1.0" });
    expect(choosePackageManager("pnpm@8.0.0", folder, PNPM)).toEqual({ name: "pnpm", version: "8.0.0" });
  });

  it("refuses what it does not know", () => {
    expect(() => choosePackageManager("foo", emptyFolder(), {})).toThrow('"foo"; want npm, pnpm, yarn or bun');
  });
});

it("package managers are written as in package.json", () => {
  for (const text of ["npm", "pnpm@9.1.0", "yarn@4.0.0-rc.1"])
    expect(formatPackageManager(parsePackageManager(text) ?? { name: "bun" })).toBe(text);
});

describe("workflowCommands", () => {
  it.each([
    [{ name: "npm" }, { install: "npm ci", run: "npm run" }],
    [
      { name: "pnpm", version: "9.1.0" },
      { install: "npx --yes pnpm@9.1.0 install --frozen-lockfile", run: "npx --yes pnpm@9.1.0 run" },
    ],
    [
      { name: "yarn", version: "1.22.22" },
      { install: "npx --yes yarn@1.22.22 install --frozen-lockfile", run: "npx --yes yarn@1.22.22 run" },
    ],
    [
      { name: "yarn", version: "4.5.0" },
      {
        install: "npx --yes --package @yarnpkg/cli-dist@4.5.0 yarn install --immutable",
        run: "npx --yes --package @yarnpkg/cli-dist@4.5.0 yarn run",
      },
    ],
  ] as const)("of %j need npm alone", (packageManager, commands) => {
    expect(workflowCommands(packageManager)).toEqual(commands);
  });

  it("name a version where nobody has said one", () => {
    expect(workflowCommands({ name: "bun" }).install).toMatch(
      /^npx --yes bun@\d+\.\d+\.\d+ install --frozen-lockfile$/,
    );
  });
});
