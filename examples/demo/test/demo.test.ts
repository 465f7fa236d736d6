import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { Check, Outcome } from "../src/outcome.ts";
import type { StandInAccount } from "../src/stand-ins.ts";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const PATIENCE_MS = 120_000;
const EXPORTERS = ["datadog", "langsmith", "sentry"];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Result = Omit<Outcome, "standIns"> & {
  readonly isGood: boolean;
  readonly standIns: Record<string, StandInAccount>;
  readonly checks: readonly Check[];
};

function start(...args: string[]): { child: ReturnType<typeof spawn>; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]).then(
    ([stdout, stderr, [code]]) => ({ stdout, stderr, code: code as number | null }),
  );
  return { child, ended };
}

const demo = (...args: string[]): Promise<Ended> => start(...args).ended;

async function result(...args: string[]): Promise<{ code: number | null; result: Result }> {
  // Not as fast as possible: vendors' SDKs take a second to load on a busy machine.
  const { code, stdout, stderr } = await demo("--json", "--pace", "0.2", ...args);
  expect(stderr).not.toBe(""); // words go there
  return { code, result: JSON.parse(stdout) as Result };
}

describe("the demo", { timeout: PATIENCE_MS }, () => {
  it("delivers every event of every recording to a healthy backend", async () => {
    const { code, result: healthy } = await result();
    expect(healthy.checks.filter(({ isTrue }) => !isTrue)).toEqual([]);
    expect(code).toBe(0);
    // What the recordings hold.
    expect(healthy.totals).toEqual({
      running: 0,
      succeeded: 8,
      failed: 4,
      llmCalls: 160,
      toolCalls: 87,
      toolErrors: 9,
      tokens: 6188,
    });
    expect(healthy.health?.exporters.map(({ name }) => name)).toEqual(EXPORTERS);
    for (const exporter of healthy.health?.exporters ?? []) {
      expect(exporter).toMatchObject({ delivered: exporter.accepted, dropped: 0, pending: 0 });
      expect(exporter.units.spans).toBe(12 + 160 + 87);
      const standIn = healthy.standIns[exporter.name];
      expect(standIn).toMatchObject({ received: 259, acknowledged: 259, duplicates: 0, orphans: 0 });
    }
  });

  it.each(["hang", "500", "429", "reset", "slow", "403", "refuse", "lost-ack", "half-answer"])(
    "ends just the same when the backend is broken by %s, and accounts for every event",
    async (fault) => {
      const { code, result: broken } = await result("--runs", "4", "--fault", fault);
      expect(broken.checks.filter(({ isTrue }) => !isTrue)).toEqual([]);
      expect(code).toBe(0);
      expect(broken).toMatchObject({ fault, isGood: true, agent: { exitCode: 0, endedBy: "exit" } });
      expect(broken.totals).toMatchObject({ running: 0, succeeded: 2, failed: 2, llmCalls: 57, toolCalls: 32 });
      const exporters = broken.health?.exporters ?? [];
      expect(exporters.map(({ pending }) => pending)).toEqual([0, 0, 0]);
      // How much a slow backend takes before the deadline depends on how many requests a vendor's protocol needs.
      const least = { "half-answer": 1, slow: 0.01 }[fault] ?? 0;
      const most = fault === "slow" || fault === "half-answer" ? 1 : 0;
      for (const { accepted, delivered } of exporters) {
        expect(delivered / accepted).toBeGreaterThanOrEqual(least);
        expect(delivered / accepted).toBeLessThanOrEqual(most);
      }
    },
  );

  it("leaves out exporters that are not asked for: they have no key, and say so", async () => {
    const { code, result: one } = await result("--runs", "2", "--exporters", "langsmith");
    expect(one.checks.filter(({ isTrue }) => !isTrue)).toEqual([]);
    expect(code).toBe(0);
    const states = one.health?.exporters.map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual(expect.arrayContaining(["datadog disabled", "sentry disabled"]));
    expect(Object.keys(one.standIns)).toEqual(["langsmith"]);
  });

  it("shows in lines what happens where there is no terminal", async () => {
    const { code, stdout, stderr } = await demo("--pace", "0.2", "--runs", "3");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/run +airline-26-0: Hi! I need some help/);
    expect(stdout).toMatch(/tool +airline-26-0: update_reservation_flights failed: payment method not found/);
    expect(stdout).toMatch(/run +airline-0-1 failed: The customer's problem was not solved\./);
    expect(stdout).toMatch(/✓ datadog: nothing was lost\./);
    expect(stdout).not.toMatch(/\p{Cc}(?<!\n)/u);
  });

  it("stops the agent on Ctrl-C, and says so", async () => {
    const { child, ended } = start("--pace", "50");
    let seen = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      const isNew = !seen.includes("airline-26-0");
      seen += chunk.toString();
      if (isNew && seen.includes("airline-26-0")) child.kill("SIGINT");
    });
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toContain("Stopping the agent");
    expect(stdout).toContain("Stopped: the agent was told to end");
  });

  it("explains itself, and refuses what it does not understand", async () => {
    const [help, wrong] = await Promise.all([demo("--help"), demo("--fault", "explode")]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("--fault <fault>");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain('there is no fault "explode".');
  });
});
