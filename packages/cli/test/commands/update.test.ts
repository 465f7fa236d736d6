import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { charm, folderWith } from "../support/project.ts";

const SCAFFOLD = {
  template: 1,
  id: "tide-log",
  package: "charm-telemetry-tide-log",
  name: "Tide Log",
  description: "Sends the runs of Charm agents to Tide Log.",
  author: "Ada Harbour",
  license: "MIT",
  repository: "https://github.com/harbour/charm-telemetry-tide-log",
  language: "ts",
  year: 2026,
  packageManager: "npm",
};

/** Of a package from the first template, the files that matter here: the README is the author's own by now. */
function scaffold(): string {
  const folder = folderWith({
    ".charm-telemetry.json": SCAFFOLD,
    "package.json": { name: "charm-telemetry-tide-log", scripts: { "check:package": "mine" } },
    "README.md": "# Tide Log\n\nAll of it is mine.\n",
  });
  execFileSync("git", ["init", "--quiet", folder]);
  return folder;
}

function commit(folder: string): void {
  const git = (...args: string[]): unknown =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder });
  git("add", "--all");
  git("commit", "--quiet", "--message=x");
}

describe("update", () => {
  it("merges, and lists what it could not merge by file and line", async () => {
    const folder = scaffold();
    commit(folder);
    const { code, stdout, stderr } = await charm(folder, ["update"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toContainEqual(
      expect.stringMatching(/^README\.md:\d+:1 conflict: kept yours, wrote README\.md\.new$/),
    );
    expect(lines).toContain(".github/workflows/ci.yml kept: you have removed it");
    expect(lines.at(-1)).toMatch(/^template 1 to \d+; put each \.new into its file, then remove it$/);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("# Tide Log\n\nAll of it is mine.\n");
    expect(readFileSync(join(folder, "README.md.new"), "utf8")).toMatch(/^# charm-telemetry-tide-log\n/);
  });

  it("wants to be able to go back", async () => {
    const { code, stdout, stderr } = await charm(scaffold(), ["update"]);
    expect(stderr).toMatch(/^error git-dirty: not committed: /);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(await charm(scaffold(), ["update", "--force"])).toMatchObject({ stderr: "" });
  });

  it("only says what it would do with --dry-run", async () => {
    const folder = scaffold();
    const { code, stdout } = await charm(folder, ["update", "--dry-run"]);
    expect(stdout).toMatch(/^template 1 to \d+: nothing was written$/m);
    expect(code).toBe(1);
    expect(execFileSync("git", ["status", "--short"], { cwd: folder, encoding: "utf8" })).not.toContain(".new");
    const json = await charm(folder, ["update", "--dry-run", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ from: 1, dryRun: true });
  });

  it("has nothing to do twice", async () => {
    const folder = scaffold();
    await charm(folder, ["update", "--force"]);
    const { code, stdout } = await charm(folder, ["update"]);
    expect(stdout).toMatch(/^ok template \d+ is today's\n$/);
    expect(code).toBe(0);
  });

  it("is for scaffolds alone", async () => {
    const { code, stderr } = await charm(folderWith({}), ["update"]);
    expect(stderr).toMatch(/^error not-a-scaffold: .* has no \.charm-telemetry\.json/);
    expect(code).toBe(2);
    const json = await charm(folderWith({}), ["update", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { rule: "not-a-scaffold" } });
  });
});
