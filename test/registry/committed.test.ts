import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { ROOT, readJson } from "../support/repository.ts";
import { temporaryFolder } from "./support.ts";
import type { Ended } from "./support.ts";

// Three packages are packed, and tried in a sandbox.
vi.setConfig({ testTimeout: 180_000 });

const COMMAND = join(ROOT, "packages/cli/dist/main.js");

interface ListFile {
  readonly version: string;
  readonly exporters: Record<string, { verified: boolean; health: string }>;
}

function registry(...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "registry", ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return { code: status ?? -1, stdout, stderr };
}

it("the list is what the manifests make", () => {
  expect(registry("build", "--check")).toMatchObject({ code: 0, stderr: "" });
});

it("manifests are written as all are", () => {
  expect(registry("fmt", "--check")).toMatchObject({ code: 0, stderr: "" });
});

it("our own exporters pass every check as they would be published", () => {
  const facts = join(temporaryFolder("charm-facts-"), "facts.json");
  execFileSync(process.execPath, [join(ROOT, "scripts/registry/first-party-facts.mjs"), facts], { stdio: "pipe" });
  const { code, stdout } = registry("validate", "--facts", facts, "--format", "json");
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; severity: string }[] };
  // A proof of origin comes with the first release.
  expect(new Set(findings.map(({ rule, severity }) => `${severity} ${rule}`))).toEqual(new Set(["warning provenance"]));
  expect(code).toBe(0);
});

it("something is known of each entry that is listed, and of no other", () => {
  const { exporters } = readJson("registry/telemetry/facts.json") as ListFile;
  const index = readJson("registry/telemetry/registry.json") as { exporters: { id: string }[] };
  expect(Object.keys(exporters)).toEqual(index.exporters.map(({ id }) => id));
  for (const fact of Object.values(exporters)) {
    expect(["passing", "stale", "hidden"]).toContain(fact.health);
    expect(typeof fact.verified).toBe("boolean");
  }
});
