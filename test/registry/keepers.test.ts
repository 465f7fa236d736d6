import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startNpmRegistry } from "../support/npm-registry.ts";
import type { NpmRegistry } from "../support/npm-registry.ts";
import {
  MANIFESTS,
  checkout,
  commitAll,
  git,
  manifestText,
  publishExporter,
  runStep,
  temporaryFolder,
  writeFiles,
} from "./support.ts";

// Processes and sandboxes take seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const INDEX = "registry/telemetry/registry.json";
const OURS = ["datadog", "langsmith", "sentry"];

interface Facts {
  readonly exporters: Record<string, { readonly verified: boolean; readonly health: string; failing_since?: string }>;
}

let npm: NpmRegistry;

beforeAll(async () => {
  npm = await startNpmRegistry();
  publishExporter(npm, "acme");
  for (const id of OURS)
    publishExporter(npm, id, {
      name: `@charm/telemetry-${id}`,
      version: "0.1.0",
      repository: { type: "git", url: "git+https://github.com/CharmAIOS/charm-telemetry-js.git" },
    });
});

afterAll(() => npm.close());

it("after a merge, manifests are written as all are, the list is built, and both are pushed to main", async () => {
  const folder = checkout();
  const origin = join(temporaryFolder("charm-origin-"), "origin.git");
  git(folder, "clone", "--quiet", "--bare", folder, origin);
  git(folder, "remote", "add", "origin", origin);
  writeFiles(folder, { [`${MANIFESTS}/acme.json`]: manifestText("acme").replaceAll("\n", "\r\n") });
  commitAll(folder);

  expect(await runStep("registry-build.yml", "Write manifests as all are written", folder)).toMatchObject({ code: 0 });
  expect(await runStep("registry-build.yml", "Build the list", folder)).toMatchObject({ code: 0 });
  // What `gh` is told; it lets git push, which here needs nobody's leave.
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "gh"), `#!/bin/sh\necho "gh $*" >> "${join(bin, "told")}"\n`);
  chmodSync(join(bin, "gh"), 0o755);
  const environment = { PATH: `${bin}${delimiter}${process.env["PATH"]}` };
  expect(await runStep("registry-build.yml", "Commit it", folder, environment)).toMatchObject({ code: 0 });

  expect(git(origin, "show", `main:${MANIFESTS}/acme.json`)).toBe(manifestText("acme").trim());
  const index = JSON.parse(git(origin, "show", `main:${INDEX}`)) as { exporters: { id: string }[] };
  expect(index.exporters.map(({ id }) => id)).toEqual(["acme", ...OURS]);
  expect(readFileSync(join(bin, "told"), "utf8")).toBe("gh auth setup-git\ngh workflow run site.yml --ref main\n");

  const again = await runStep("registry-build.yml", "Commit it", folder, environment);
  expect(again).toMatchObject({ code: 0, stdout: "nothing has changed\n" });
});

it("no list is built of a manifest that is wrong, or without more than one in twenty that were listed", async () => {
  const folder = checkout();
  const before = readFileSync(join(folder, INDEX), "utf8");
  writeFiles(folder, { [`${MANIFESTS}/foo.json`]: manifestText("Foo") });
  const bad = await runStep("registry-build.yml", "Build the list", folder);
  expect(bad.stdout).toContain(`${MANIFESTS}/foo.json:2:9 error id-format: `);
  expect(bad.code).toBe(1);

  rmSync(join(folder, MANIFESTS, "foo.json"));
  rmSync(join(folder, MANIFESTS, "sentry.json"));
  const shrunk = await runStep("registry-build.yml", "Build the list", folder);
  expect(shrunk.stdout).toContain(`${INDEX}:1:1 error index-shrink: 1 of 3 exporters would be gone`);
  expect(shrunk.code).toBe(1);
  expect(readFileSync(join(folder, INDEX), "utf8")).toBe(before);
});

it("at night every listed entry is judged, and one that has gone bad is told from those that are well", async () => {
  const folder = checkout();
  const night = async (): Promise<{ code: number; facts: Facts }> => {
    const { code } = await runStep("registry-nightly.yml", "Validate", folder, { npm_config_registry: npm.url });
    const read = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), "utf8"));
    const facts = read("registry/telemetry/facts.json") as Facts;
    expect((read("nightly.json") as { facts: Facts }).facts).toEqual(facts);
    return { code, facts };
  };
  const healthy = await night();
  expect(Object.keys(healthy.facts.exporters)).toEqual(OURS);
  expect(healthy.facts.exporters["sentry"]).toMatchObject({ verified: false, health: "passing" });
  expect(healthy.facts.exporters["sentry"]).not.toHaveProperty("failing_since");
  expect(healthy.code).toBe(0);

  const vanished = manifestText("vanished");
  writeFiles(folder, {
    [`${MANIFESTS}/vanished.json`]: vanished,
    [INDEX]: JSON.stringify({ version: "1.0", exporters: [JSON.parse(vanished)] }),
  });
  npm.setFault({ kind: "status", status: 503 }, { name: "charm-telemetry-vanished" });
  const unasked = await night();
  expect(unasked.facts.exporters["vanished"]).toMatchObject({ verified: false, health: "passing" });
  expect(unasked.code).toBe(3);

  npm.setFault(undefined);
  const bad = await night();
  expect(bad.facts.exporters["vanished"]).toHaveProperty("failing_since");
  expect(bad.code).toBe(1);

  const drift = await runStep("registry-nightly.yml", "Is the list what the manifests make?", folder);
  expect(drift.stdout).toMatch(new RegExp(`^${INDEX}:\\d+:\\d+ error index-drift: `));
  expect(drift.code).toBe(1);
});
