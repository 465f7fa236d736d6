import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { FIRST_PARTY, indexOf } from "./support/entries.ts";
import { REFUSED } from "./support/hostile.ts";
import { TEST_KEY } from "./support/keys.ts";

const MAIN = join(import.meta.dirname, "../dist/main.js");
const folder = mkdtempSync(join(tmpdir(), "charm-site-main-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const index = join(folder, "registry.json");
const out = join(folder, "public");
writeFileSync(index, indexOf([...FIRST_PARTY, REFUSED[0]]));

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { status: number | null; out: string; err: string } {
  const { CHARM_REGISTRY_SIGNING_KEY: _, ...rest } = process.env;
  const options = { cwd: folder, env: { ...rest, ...env }, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], options);
  return { status, out: stdout, err: stderr };
}

it("builds a folder, says what it had to leave out, and signs if it has a key", () => {
  const { status, err } = run(["--index", index, "--out", out], { CHARM_REGISTRY_SIGNING_KEY: TEST_KEY });
  expect(err).toContain("registry.json: exporters[3] is left out: id: ");
  expect(err).toMatch(/files in .*public, signed\n$/);
  expect(status).toBe(0);
  expect(readFileSync(join(out, "api/v1/registry.json.minisig"), "utf8")).toMatch(/^untrusted comment: /);
  expect(readFileSync(join(out, "index.html"), "utf8")).toContain("3 exporters");
});

it("says how it is used", () => {
  expect(run(["--help"])).toMatchObject({ status: 0, out: expect.stringContaining("--index FILE") });
});

it.each([
  ["an option that it does not know", ["--outt", "x"], {}, 2, "--outt"],
  ["an index that is not there", ["--index", "missing.json"], {}, 1, "missing.json: cannot be read (fix: "],
  ["a key that is none", ["--index", index, "--out", out], { CHARM_REGISTRY_SIGNING_KEY: "x" }, 1, "not a secret key"],
])("refuses %s", (_, args, env, status, message) => {
  const ended = run(args, env);
  expect(ended.err).toContain(message);
  expect(ended.status).toBe(status);
});
