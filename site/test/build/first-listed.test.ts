import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { firstListed } from "../../src/build/first-listed.ts";

const scratch = mkdtempSync(join(tmpdir(), "charm-listed-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const repository = join(scratch, "repository");
const manifests = join(repository, "registry/manifests");

function git(date: string, ...args: string[]): void {
  const identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false"];
  const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  execFileSync("git", [...identity, ...args], { cwd: repository, env, stdio: "pipe" });
}

function commit(date: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(manifests, name), text);
  git(date, "add", "-A");
  git(date, "commit", "-q", "-m", "A change");
}

mkdirSync(manifests, { recursive: true });
git("2026-01-01T12:00:00Z", "init", "-q");
commit("2026-01-02T12:00:00Z", { "acme.json": "{}", "bolt.json": "{}" });
commit("2026-03-04T12:00:00Z", { "acme.json": '{"version":"2.0.0"}', "coil.json": "{}" });
git("2026-05-06T12:00:00Z", "rm", "-q", "registry/manifests/bolt.json");
commit("2026-05-06T12:00:00Z", {});
commit("2026-07-08T12:00:00Z", { "bolt.json": "{}" });

it("knows when a manifest was added first, whatever became of it later", () => {
  expect(firstListed(manifests)).toEqual(
    new Map([
      ["acme", "2026-01-02"],
      ["bolt", "2026-01-02"],
      ["coil", "2026-03-04"],
    ]),
  );
});

it("makes nothing up when history was cut off", () => {
  const shallow = join(scratch, "shallow");
  execFileSync("git", ["clone", "-q", "--depth=1", `file://${repository}`, shallow], { stdio: "pipe" });
  expect(firstListed(join(shallow, "registry/manifests"))).toEqual(new Map());
});
