import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findManifest } from "../../src/manifest/index.ts";
import { temporaryFolder, writeFiles } from "../support/temporary-folder.ts";

it("finds charm.yaml in the directory itself", () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "charm.yaml": "", "package.json": {} });
  expect(findManifest(folder)).toBe(join(folder, "charm.yaml"));
});

it("looks upwards as far as the nearest package.json, that folder included", () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "charm.yaml": "", "package.json": {}, "src/deep/agent.js": "" });
  expect(findManifest(join(folder, "src/deep"))).toBe(join(folder, "charm.yaml"));
});

it("does not look beyond the nearest package.json", () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "charm.yaml": "", "package.json": {}, "packages/other/package.json": {} });
  expect(findManifest(join(folder, "packages/other"))).toBeUndefined();
});

it("takes the nearest of several", () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "charm.yaml": "", "package.json": {}, "agent/charm.yaml": "" });
  expect(findManifest(join(folder, "agent"))).toBe(join(folder, "agent/charm.yaml"));
});

it("answers nothing for a directory that does not exist and has none above", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "a"));
  writeFiles(folder, { "package.json": {} });
  expect(findManifest(join(folder, "a/gone"))).toBeUndefined();
});
