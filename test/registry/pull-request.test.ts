import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startNpmRegistry } from "../support/npm-registry.ts";
import type { NpmRegistry } from "../support/npm-registry.ts";
import { ROOT } from "../support/repository.ts";
import { MANIFESTS, checkout, commitAll, git, manifestText, publishExporter, runStep, writeFiles } from "./support.ts";
import type { Ended } from "./support.ts";

// Processes and sandboxes take seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const INDEX = "registry/telemetry/registry.json";

/** As the workflow has it: what judges in the folder itself, the pull request in `pull-request`. */
let folder: string;
let npm: NpmRegistry;

beforeAll(async () => {
  folder = checkout();
  npm = await startNpmRegistry();
  publishExporter(npm, "acme");
  publishExporter(npm, "tides");
  publishExporter(npm, "vanished");
  npm.unpublish("charm-telemetry-vanished");
});

beforeEach(() => npm.setFault(undefined));

afterAll(() => npm.close());

/** What the job of a pull request says to a change of what is committed. */
async function judge(change: (pullRequest: string) => void): Promise<Ended> {
  const pullRequest = join(folder, "pull-request");
  rmSync(pullRequest, { recursive: true, force: true });
  git(folder, "clone", "--quiet", folder, pullRequest);
  change(pullRequest);
  commitAll(pullRequest);
  const ended = await runStep("registry-pr.yml", "Validate what is changed", folder, { npm_config_registry: npm.url });
  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as { exitCode: number };
  expect(report.exitCode).toBe(ended.code);
  return ended;
}

/** Where each finding is, and its rule. */
function placesIn({ stdout }: Ended): string[] {
  return stdout.split("\n").flatMap((line) => /^registry\/telemetry\/(\S+ \w+ [\w-]+): /.exec(line)?.[1] ?? []);
}

function writeManifests(pullRequest: string, manifests: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(manifests))
    writeFiles(pullRequest, { [`${MANIFESTS}/${name}.json`]: text });
}

it("is green on the committed registry, and asks npm for nothing", async () => {
  npm.requests.length = 0;
  const { code, stdout } = await judge((pullRequest) =>
    writeFiles(pullRequest, { "registry/telemetry/README.md": "new" }),
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: "nothing is wrong\n" });
  expect(npm.requests).toEqual([]);
});

it("is green with a good entry of a good package, also when its author has built the list", async () => {
  const ended = await judge((pullRequest) => {
    writeManifests(pullRequest, { acme: manifestText("acme") });
    const command = join(ROOT, "packages/cli/dist/main.js");
    execFileSync(process.execPath, [command, "registry", "build"], { cwd: pullRequest, stdio: "pipe" });
  });
  // It has no proof of its origin, which is no reason to refuse it.
  expect(placesIn(ended)).toEqual(["manifests/acme.json:3:18 warning provenance"]);
  expect(ended.code).toBe(0);
});

it("is red with entries that are wrong, and says everything of all of them", async () => {
  const ended = await judge((pullRequest) =>
    writeManifests(pullRequest, {
      broken: "{",
      dataddog: manifestText("dataddog"),
      foo: manifestText("foo", { id: "Foo" }),
      twice: manifestText("twice", { npm_package: "@charm/telemetry-datadog", version: "^1.0.0" }),
    }),
  );
  expect(placesIn(ended)).toEqual([
    "manifests/broken.json:1:2 error json-syntax",
    "manifests/dataddog.json:2:9 error id-similar",
    "manifests/foo.json:2:9 error id-format",
    "manifests/twice.json:3:18 error duplicate",
    "manifests/twice.json:9:14 error version-exact",
  ]);
  expect(ended.code).toBe(1);
});

it("is red with packages that are not there, or are somebody else's", async () => {
  const ended = await judge((pullRequest) =>
    writeManifests(pullRequest, {
      acme: manifestText("acme", { version: "9.9.9" }),
      nowhere: manifestText("nowhere"),
      tides: manifestText("tides", { github_url: "https://github.com/mallory/lookalike" }),
      vanished: manifestText("vanished"),
    }),
  );
  expect(placesIn(ended)).toEqual([
    "manifests/acme.json:9:14 error npm-missing",
    "manifests/nowhere.json:3:18 error npm-missing",
    "manifests/tides.json:3:18 warning provenance",
    "manifests/tides.json:8:17 error repo-match",
    "manifests/vanished.json:3:18 error npm-missing",
  ]);
  expect(ended.code).toBe(1);
});

it("is red with a list that was changed by hand", async () => {
  const { code, stdout } = await judge((pullRequest) => {
    const path = join(pullRequest, INDEX);
    writeFileSync(path, readFileSync(path, "utf8").replace('"Datadog"', '"Dogs"'));
  });
  expect(stdout).toMatch(new RegExp(`^${INDEX}:7:\\d+ error index-drift: differs from manifests`));
  expect(code).toBe(1);
});

it("is red with badges and other files that are not its author's to write", async () => {
  const ended = await judge((pullRequest) => {
    writeManifests(pullRequest, { acme: manifestText("acme") });
    writeFiles(pullRequest, {
      "registry/telemetry/facts.json": '{ "acme": { "verified": true } }\n',
      "registry/telemetry/Manifests/acme.json": "{}",
      "registry/telemetry/similar.json": '{ "similar": [] }\n',
    });
    rmSync(join(pullRequest, "registry/telemetry/schemas"), { recursive: true });
  });
  const places = placesIn(ended).filter((place) => !place.startsWith("schemas/"));
  expect(places).toEqual([
    "manifests/acme.json:3:18 warning provenance",
    "Manifests/acme.json:1:1 error registry-files",
    "facts.json:1:1 error registry-files",
    "similar.json:1:1 error registry-files",
  ]);
  expect(ended.stdout).toMatch(
    /schemas\/\S+ error registry-files: kept by maintainers and the nightly check; want a pull request of its own$/m,
  );
  expect(ended.code).toBe(1);
});

it("is red with an exception that it has written itself", async () => {
  const ended = await judge((pullRequest) => {
    writeManifests(pullRequest, { dataddog: manifestText("dataddog") });
    const similar = [{ pair: ["dataddog", "datadog"], reason: "we are alike" }];
    writeFiles(pullRequest, { "registry/telemetry/similar.json": JSON.stringify({ similar }) });
  });
  expect(placesIn(ended)).toEqual([
    "manifests/dataddog.json:2:9 error id-similar",
    "similar.json:1:1 error registry-files",
  ]);
  expect(ended.code).toBe(1);
});

it("is undecided while npm does not answer", async () => {
  npm.setFault({ kind: "status", status: 503 });
  const { code, stdout } = await judge((pullRequest) => writeManifests(pullRequest, { acme: manifestText("acme") }));
  expect(stdout).toBe(
    `${MANIFESTS}/acme.json:3:18 undecided npm-unreachable: 503 after 3 tries (fix: try again later)\n`,
  );
  expect(code).toBe(3);
});

it("is red when an entry is gone without a word, runs nothing of a pull request and follows no link of it", async () => {
  const ended = await judge((pullRequest) => {
    for (const path of ["registry/check-changes.mjs", "run.mjs", "build.mjs"])
      writeFileSync(join(pullRequest, "scripts", path), 'throw new Error("a stranger has run this");');
    rmSync(join(pullRequest, MANIFESTS, "sentry.json"));
    writeFiles(pullRequest, { "secret.json": '{"secret": "s3cret"}' });
    symlinkSync("../../../secret.json", join(pullRequest, MANIFESTS, "link.json"));
  });
  expect(placesIn(ended)).toEqual([
    "manifests/link.json:1:1 error file-name",
    "manifests/sentry.json:1:1 error tombstone-missing",
  ]);
  expect(ended.stdout).toContain("file-name: a link; want a file\n");
  expect(ended.stdout).not.toContain("s3cret");
  expect(ended.code).toBe(1);
});
