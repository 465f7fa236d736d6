import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ROOT } from "../support/repository.ts";
import { startGitHub } from "./github-api.ts";
import type { GitHub } from "./github-api.ts";
import { runStep, temporaryFolder } from "./support.ts";
import type { Ended } from "./support.ts";

// A process for each request takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const COMMIT = "a".repeat(40);
const FILE = "registry/telemetry/manifests/acme.json";

const { findingsTable } = (await import(join(ROOT, "scripts/registry/report-text.mjs"))) as {
  findingsTable: (findings: readonly unknown[]) => string;
};

let github: GitHub;

beforeEach(async () => {
  github = await startGitHub();
});

afterEach(() => github.close());

function finding(changes: object = {}): object {
  const message = 'package "charm-telemetry-acme" has no published version';
  return { file: FILE, line: 3, column: 18, severity: "error", rule: "npm-missing", message, ...changes };
}

describe("a table of findings", () => {
  const cells = (row: string): string[] => row.split("|").slice(1, -1);

  it("says where, which rule with its page, what and how to mend it", () => {
    const rows = findingsTable([finding({ got: "1", want: "2", fix: "publish it" })]).split("\n");
    expect(rows.slice(2)).toEqual([
      "| `registry/telemetry/manifests/acme.json:3:18` | error " +
        "| [npm-missing](https://github.com/CharmAIOS/charm-telemetry-js/blob/main/docs/registry-rules.md#npm-missing) " +
        '| `package "charm-telemetry-acme" has no published version; got 1; want 2` | `publish it` |',
    ]);
  });

  it.each([
    "@everyone look | at | this",
    "`code` ends ``here`` ```and here```",
    "\\` \\| \\",
    "[click](https://evil.example) ![](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)> <!-- charm-telemetry registry -->",
    "line\nbreak\r\n\n| a | row | of | its | own |\u2028\u2029\u0085",
    "\u202egnihton\u202c \u2066x\u2069 \u200b\u0000\u001b[31m",
    "fixes #1, closes https://github.com/acme/registry/issues/1",
    "x".repeat(100_000),
  ])("keeps %j in its cell, as code", (text) => {
    const hostile = {
      file: text,
      line: text,
      column: text,
      severity: text,
      rule: text,
      message: text,
      got: text,
      fix: text,
    };
    const lines = findingsTable([hostile]).split("\n");
    expect(lines).toHaveLength(3);
    const row = lines[2] ?? "";
    expect(cells(row)).toHaveLength(5);
    const [where = "", severity = "", rule = "", what = "", fix = ""] = cells(row);
    for (const cell of [where, what, fix]) expect(cell).toMatch(/^ `[^`|\\\p{C}\u2028\u2029]*` $/u);
    expect(severity).toMatch(/^ [a-z0-9-]* $/);
    expect(rule).toMatch(/^ \[([a-z0-9-]*)\]\(https:\/\/github\.com\/CharmAIOS\/[\w./-]+#\1\) $/);
  });

  it("stays shorter than GitHub takes, and survives what is no finding", () => {
    const long = finding({ message: "x".repeat(5000), fix: "y".repeat(5000), file: "z".repeat(5000) });
    const text = findingsTable(Array.from({ length: 10_000 }, () => long));
    expect(text.length).toBeLessThan(60_000);
    expect(text).toMatch(/And 9950 more\.$/);
    expect(() => findingsTable([null, 1, "text", []])).not.toThrow();
  });
});

describe("the comment of a pull request", () => {
  const comment = (report: unknown, environment: object = {}): Promise<Ended> => {
    const file = join(temporaryFolder("charm-report-"), "report.json");
    writeFileSync(file, typeof report === "string" ? report : JSON.stringify(report));
    const own = { ...github.environment, HEAD_SHA: COMMIT, REPORT: file, ...environment };
    return runStep("registry-comment.yml", "Write the comment", ROOT, own, (command) =>
      command.replace("report.json", '"$REPORT"'),
    );
  };
  const said = (): string =>
    github.comments
      .get(7)
      ?.map(({ body }) => body)
      .join("\n") ?? "";

  it("is written once, and is brought up to date after that", async () => {
    github.pullRequests.set(COMMIT, 7);
    // Somebody else's, which looks like it.
    github.comments.set(7, [
      { id: 100, body: "<!-- charm-telemetry registry -->\nmine", user: { type: "User" } },
      ...Array.from({ length: 120 }, (_, id) => ({ id: id + 200, body: "talk", user: { type: "User" } as const })),
    ]);
    expect(await comment({ exitCode: 1, findings: [finding()] })).toMatchObject({ code: 0 });
    expect(said()).toContain("Some things have to be mended");
    expect(await comment({ exitCode: 3, findings: [finding({ severity: "undecided" })] })).toMatchObject({ code: 0 });
    expect(said()).toContain("It could not be told");
    expect(await comment({ exitCode: 0, findings: [] })).toMatchObject({ code: 0, stdout: "told pull request 7\n" });
    expect(said()).toContain("Everything is right with this entry");
    expect(github.comments.get(7)).toHaveLength(122);
    expect(github.changes).toEqual(["POST /issues/7/comments", ...Array<string>(2).fill("PATCH /issues/comments/122")]);
  });

  it("goes to the pull request of the commit, whichever the report claims", async () => {
    github.pullRequests.set(COMMIT, 7);
    const report = { exitCode: 1, findings: [finding()], number: 1, pull_request: 1, issue: { number: 1 } };
    expect(await comment(report)).toMatchObject({ code: 0 });
    expect([...github.comments.keys()]).toEqual([7]);
  });

  it("is not written where no open pull request has the commit, nor for what is no commit", async () => {
    expect(await comment({ exitCode: 0, findings: [] })).toMatchObject({
      code: 0,
      stdout: "no open pull request has this commit\n",
    });
    const { code, stderr } = await comment({ exitCode: 0, findings: [] }, { HEAD_SHA: "main is:closed" });
    expect(code).toBe(1);
    expect(stderr).toContain("HEAD_SHA is no commit");
    expect(github.changes).toEqual([]);
  });

  it.each(["no JSON", '{"findings": {"length": 3}}'])("says that %j cannot be read", async (report) => {
    github.pullRequests.set(COMMIT, 7);
    expect(await comment(report)).toMatchObject({ code: 0 });
    expect(said()).toBe("<!-- charm-telemetry registry -->\nWhat was found cannot be read. The job's log has it.");
  });
});

describe("issues of entries that fail", () => {
  type Health = "passing" | "stale" | "hidden";
  const tell = (exporters: Record<string, object>, findings: readonly object[]): Promise<Ended> => {
    const file = join(temporaryFolder("charm-report-"), "nightly.json");
    writeFileSync(file, JSON.stringify({ facts: { version: "1.0", exporters }, findings }));
    const own = { ...github.environment, REPORT: file };
    return runStep("registry-nightly.yml", "Issues of entries that fail", ROOT, own, (command) =>
      command.replace("nightly.json", '"$REPORT"'),
    );
  };
  const failing = (health: Health): object => ({ health, failing_since: "2026-03-01" });
  const well = { health: "passing" };

  it("are one for each, follow it through the month, and are closed when it is well", async () => {
    const tides = finding({ file: FILE.replace("acme", "tides") });
    await tell({ acme: failing("passing"), tides: failing("passing"), well }, [finding(), tides]);
    expect(github.issues.map(({ title, state }) => `${state} ${title}`)).toEqual([
      "open Registry: acme fails its checks",
      "open Registry: tides fails its checks",
    ]);
    expect(github.issues[0]?.body).toContain("has failed its nightly checks since 2026-03-01. It is listed;");

    github.changes.length = 0;
    await tell({ acme: failing("passing"), tides: failing("passing") }, [finding(), tides]);
    expect(github.changes).toEqual([]);

    await tell({ acme: failing("stale"), tides: well }, [finding()]);
    expect(github.issues[0]?.body).toContain("It is listed as stale;");
    expect(github.issues[1]?.state).toBe("closed");

    // A night on which npm could not be asked, then one that hides the entry, then its removal from the list.
    github.changes.length = 0;
    await tell({ acme: failing("stale") }, [finding({ severity: "undecided" })]);
    expect(github.changes).toEqual([]);
    await tell({ acme: failing("hidden") }, [finding()]);
    expect(github.issues[0]?.body).toContain("It is not listed any more;");
    await tell({ tides: well }, []);
    expect(github.issues.map(({ state }) => state)).toEqual(["closed", "closed"]);
    expect(github.issues).toHaveLength(2);
  });

  it("are opened anew when an entry fails again, and people's issues are left alone", async () => {
    const title = "Registry: acme fails its checks";
    const theirs = { number: 1, title, body: "mine", state: "open", labels: ["registry-health"] } as const;
    github.issues.push({ ...theirs, user: { type: "User" } });
    await tell({ acme: failing("passing") }, [finding()]);
    await tell({ acme: well }, []);
    await tell({ acme: failing("passing") }, [finding()]);
    expect(github.issues.map(({ state, body }) => [state, body === "mine"])).toEqual([
      ["open", true],
      ["closed", false],
      ["open", false],
    ]);
  });
});
