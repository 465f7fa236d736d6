import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { packageTarball } from "../../packages/registry/test/package/make-tarball.ts";
import { startNpmRegistry } from "../support/npm-registry.ts";
import type { NpmRegistry } from "../support/npm-registry.ts";
import { ROOT } from "../support/repository.ts";
import { MANIFESTS, temporaryFolder, writeFiles } from "./support.ts";

// Processes take seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let npm: NpmRegistry;
beforeAll(async () => {
  npm = await startNpmRegistry();
});
afterAll(() => npm.close());

it("what the scaffolder makes can be listed as soon as it is published, without a word by hand", async () => {
  const folder = temporaryFolder("charm-scaffold-");
  // The loopback registry lives in this process, which so must not stand still.
  const node = async (main: string, ...args: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [join(ROOT, main), ...args], { cwd: folder })).stdout;
  await node(
    "packages/create-charm-telemetry/dist/main.js",
    "charm-telemetry-tide",
    "--yes",
    "--author",
    "Ada Harbour",
  );
  const text = readFileSync(join(folder, "charm-telemetry-tide/package.json"), "utf8");
  npm.publish(JSON.parse(text) as { name: string; version: string }, packageTarball({ "package.json": text }));

  writeFiles(folder, { [`${MANIFESTS}/_example.json`]: readFileSync(join(ROOT, MANIFESTS, "_example.json"), "utf8") });
  const add = ["registry", "add", "charm-telemetry-tide", "--registry", npm.url];
  await node("packages/cli/dist/main.js", ...add);
  expect(readdirSync(join(folder, MANIFESTS))).toEqual(["_example.json", "tide.json"]);
  await node("packages/cli/dist/main.js", "registry", "fmt", "--check");
  expect(await node("packages/cli/dist/main.js", "registry", "validate", "--offline")).toBe("ok 2 manifests\n");
});
