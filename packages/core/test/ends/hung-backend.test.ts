import { describe, expect, it } from "vitest";
import { outsideOf, runAgent, runBoth } from "./run-agent.ts";

const BUSY = `
  const manager = await TelemetryManager.load();
  const run = manager.startRun({});
  run.token("x");
  run.end("done");
  console.log("over");
`;

const HUNG = {
  answersAfterMs: "never",
  env: { CHARM_TELEMETRY_SHUTDOWN_MS: "2500", CHARM_TELEMETRY_STDOUT: "full" },
} as const;

/** Milliseconds from `report` in the agent to its end, as the agent's own clock and ours see it. */
async function timed(
  source: string,
  env: Record<string, string> = {},
): Promise<{ ms: number; ended: Awaited<ReturnType<typeof runAgent>> }> {
  let reportedAt = 0;
  const ended = await runAgent(source, {
    ...HUNG,
    env: { ...HUNG.env, ...env },
    during: async (agent) => {
      await agent.report();
      reportedAt = performance.now();
      await agent.ended;
      reportedAt = performance.now() - reportedAt;
    },
  });
  return { ms: reportedAt, ended };
}

describe("a backend that never answers", () => {
  it.each([
    ["natural end", "", 0],
    ["process.exit", "process.exit(7);", 7],
    ["uncaught exception", `throw new Error("bug");`, 1],
  ])("does not keep the process beyond the deadline: %s", async (_, end, code) => {
    const { ms, ended } = await timed(`${BUSY} report("ending"); ${end}`);
    expect(ended.code).toBe(code);
    expect(ended.prints).toBe("over\n");
    expect(ms).toBeGreaterThan(1500);
    // Two deadlines, one for each of two phases, would be 5000.
    expect(ms).toBeLessThan(4700);
    expect(ended.lines.at(-1)).toMatchObject({
      type: "telemetry",
      health: { exporters: [{ accepted: 3, delivered: 0, dropped: 3, pending: 0 }] },
    });
  });

  it("changes nothing else of the end", async () => {
    const both = await runBoth(`${BUSY} process.exit(3);`, { ...HUNG, env: { CHARM_TELEMETRY_SHUTDOWN_MS: "300" } });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
  });

  it("costs nothing with a deadline of 0", async () => {
    const { ms, ended } = await timed(`${BUSY} report("ending"); process.exit(7);`, {
      CHARM_TELEMETRY_SHUTDOWN_MS: "0",
    });
    expect(ended.code).toBe(7);
    expect(ms).toBeLessThan(1900);
    expect(ended.lines).toContainEqual(expect.objectContaining({ type: "delta", content: "x" }));
  });

  it("does not keep the process after a signal either", async () => {
    const ended = await runAgent(`${BUSY} setInterval(() => {}, 1000); report("ready");`, {
      ...HUNG,
      env: { CHARM_TELEMETRY_SHUTDOWN_MS: "500" },
      during: async (agent) => {
        await agent.report();
        agent.kill("SIGTERM");
      },
    });
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM", prints: "over\n" });
  });
});
