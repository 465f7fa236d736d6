import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ExporterHealth } from "../../src/health.ts";
import { readAll, startAgent } from "../support/agent-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { notesIn, numbered } from "./thread-support.ts";

interface Agent {
  readonly exporters: readonly string[];
  readonly tokens: readonly string[];
  readonly end: "natural" | "exit" | "throw" | "reject" | "late" | "flush" | "shutdown";
  /** Waits for the exporters before it appends. */
  readonly isUp?: boolean;
  readonly deadlineMs?: number;
  readonly isolation?: "worker" | "inline";
}

interface Report {
  readonly health: readonly ExporterHealth[];
  readonly tookMs: number;
  /** The longest time without `whileWaiting`. */
  readonly longestMs: number;
  readonly isStuck: boolean;
}

interface Ended {
  readonly reports: readonly Report[];
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly notes: (exporter: string) => unknown[];
}

async function run(agent: Agent, nodeArgs: readonly string[] = []): Promise<Ended> {
  const notesFile = join(temporaryFolder(), "notes");
  const child = startAgent("host/fixtures/agent.mjs", {
    args: [JSON.stringify(agent)],
    stdout: "fifo",
    env: { HOST_TEST_NOTES: notesFile },
    nodeArgs,
  });
  const [stdout, { code, stderr }] = await Promise.all([readAll(child.stdout), child.ended]);
  const reports: Report[] = [];
  for (let count = 0; count < (agent.end === "late" ? 2 : 1); count++) reports.push(await child.report<Report>());
  return { reports, code, stdout, stderr, notes: (exporter) => notesIn(notesFile, exporter) };
}

const CODES = { natural: 0, exit: 7, throw: 1, reject: 1, late: 0, flush: 0, shutdown: 0 } as const;

describe("the end of the process", () => {
  it.each([
    ["natural", false],
    ["exit", false],
    ["throw", false],
    ["reject", false],
    ["exit", true],
    ["flush", false],
    ["shutdown", false],
  ] as const)(
    "by %s (exporters up: %s) delivers what was appended just before, and stays as it is",
    async (end, isUp) => {
      const { reports, code, stdout, notes } = await run({
        exporters: ["Good", "Closing"],
        tokens: numbered(300),
        end,
        isUp,
      });
      expect(code).toBe(CODES[end]);
      expect(stdout).toBe("before\nafter\n");
      expect(notes("Good")).toEqual(numbered(300));
      expect(notes("Closing").slice(0, 300)).toEqual(numbered(300));
      expect(notes("Closing").slice(-2)).toEqual(["flush", "shutdown"]);
      expect(reports[0]?.health).toMatchObject([
        { delivered: 300, pending: 0, state: "stopped" },
        { delivered: 300, pending: 0, state: "stopped" },
      ]);
    },
  );

  it("waits for nothing if nothing was recorded", async () => {
    const { reports, notes } = await run({ exporters: ["Closing"], tokens: [], end: "natural" });
    expect(reports[0]?.health).toMatchObject([{ accepted: 0, pending: 0 }]);
    expect(notes("Closing")).toEqual([]);
  });

  it("delivers what other exit listeners append after it, to exporters that have been shut down as well", async () => {
    const { reports, notes } = await run({
      exporters: ["Good", "Closing", "OnlyShutdown"],
      tokens: ["t0"],
      end: "late",
    });
    expect(notes("Good")).toEqual(["t0", "late 0", "late 1"]);
    expect(notes("Closing")).toEqual(["t0", "flush", "shutdown", "late 0", "flush", "late 1", "flush"]);
    expect(notes("OnlyShutdown")).toEqual(["t0", "shutdown", "late 0", "shutdown", "late 1", "shutdown"]);
    for (const health of reports[1]?.health ?? [])
      expect(health).toMatchObject({ accepted: 3, delivered: 3, pending: 0 });
  });

  it("does not wait longer than the deadline for an exporter that hangs, and keeps the agent's writer going", async () => {
    const { reports, code, notes } = await run({
      exporters: ["Hanging", "Good"],
      tokens: ["t0", "bad", "t1"],
      end: "exit",
      isUp: true,
      deadlineMs: 1000,
    });
    expect(code).toBe(7);
    expect(reports[0]?.tookMs).toBeLessThan(3000);
    expect(reports[0]?.longestMs).toBeLessThan(1000);
    expect(reports[0]?.health).toMatchObject([
      { name: "Hanging", delivered: 1, droppedBy: { deadline: 2 }, pending: 0 },
      { name: "Good", delivered: 3, pending: 0 },
    ]);
    expect(notes("Good")).toEqual(["t0", "bad", "t1"]);
  });

  it.each(["Looping", "Exiting", "LoopingInMicrotasks"])(
    "is not kept from delivering to the others by an exporter that breaks the thread then (%s)",
    async (name) => {
      const { reports, code, notes } = await run({
        exporters: ["Good", name, "AlsoGood"],
        tokens: ["t0", "bad", "t1"],
        end: "exit",
        isUp: true,
      });
      expect(code).toBe(7);
      expect(notes("Good")).toEqual(["t0", "bad", "t1"]);
      expect(notes("AlsoGood")).toEqual(["t0", "bad", "t1"]);
      expect(reports[0]).toMatchObject({
        isStuck: false,
        health: [
          { delivered: 3, pending: 0 },
          { state: "disabled", pending: 0 },
          { delivered: 3, pending: 0 },
        ],
      });
    },
  );

  it("tells of a native call that it cannot interrupt", async () => {
    const { reports } = await run({
      exporters: ["Native"],
      tokens: ["bad 4000"],
      end: "exit",
      isUp: true,
      deadlineMs: 1000,
    });
    expect(reports[0]).toMatchObject({ isStuck: true, health: [{ accepted: 1, delivered: 0 }] });
    expect(reports[0]?.tookMs).toBeLessThan(3000);
  });
});

describe("a flush that is awaited", () => {
  it.each(["worker", "inline"] as const)(
    "holds the process until its deadline, though nothing else does (%s)",
    async (isolation) => {
      const { code, reports } = await run({
        exporters: ["Hanging"],
        tokens: ["t0"],
        end: "flush",
        isUp: true,
        deadlineMs: 300,
        isolation,
      });
      expect(code).toBe(0);
      expect(reports[0]?.health[0]).toMatchObject({ accepted: 1, delivered: 1 });
    },
  );
});

describe("the agent's stdout", () => {
  it("is free of what exporters print", async () => {
    const { stdout, stderr } = await run({ exporters: ["Printing"], tokens: ["bad", "t0", "bad"], end: "natural" });
    expect(stdout).toBe("before\nafter\n");
    expect(stderr).toContain("[warning] Printing (stdout): log of bad\n");
    expect(stderr).toContain("[warning] Printing (stderr): __CHARM_EVENT__ forged\n");
    expect(stderr.length).toBeLessThan(60_000);
  });
});

describe("a preload of the agent", () => {
  it("does not run a second time in the exporters' thread", async () => {
    const preload = join(import.meta.dirname, "fixtures/preload.mjs");
    const { notes } = await run({ exporters: ["Informed"], tokens: ["t0"], end: "flush" }, ["--import", preload]);
    expect(notes("Informed")[0]).toMatchObject({ preloads: 0 });
  });
});
