import { describe, expect, it } from "vitest";
import type { AgentProcess } from "../support/agent-process.ts";
import { contractProblems } from "../support/recording-exporter.ts";
import { outsideOf, runAgent, runBoth } from "./run-agent.ts";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** An agent that would run for ever, and says when it is ready for the signal. */
const running = (handler: string): string => `
  ${handler}
  const manager = await TelemetryManager.load();
  const run = manager.startRun({});
  setInterval(() => {}, 1000);
  run.token("before the signal");
  console.log("ready");
  report("ready");
`;

const sends =
  (signal: NodeJS.Signals) =>
  async (agent: AgentProcess): Promise<void> => {
    await agent.report();
    agent.kill(signal);
  };

const ABORTED = (by: string): string[] => ["RunStart {}", "LlmNewToken before the signal", `Error run aborted: ${by}`];

describe.each(SIGNALS)("%s", (signal) => {
  it("ends an agent without handlers as it would, and all is delivered", async () => {
    const both = await runBoth(running(""), { during: sends(signal) });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: null, signal, prints: "ready\n", stderr: "" });
    expect(both.with.collector.story).toEqual(ABORTED(`the process was ended by ${signal}.`));
    expect(contractProblems(both.with.collector.events)).toEqual([]);
    expect(both.with.lines.at(-1)).toMatchObject({ type: "error" });
  });

  it("goes to the agent's handler alone, which exits", async () => {
    const handler = `process.on("${signal}", (name) => { console.log("got", name); process.exit(5); });`;
    const both = await runBoth(running(handler), { during: sends(signal) });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: 5, signal: null, prints: `ready\ngot ${signal}\n` });
    expect(both.with.collector.story).toEqual(ABORTED("the process ended with code 5 before it did."));
  });
});

describe("an agent's own signal handler", () => {
  it("may end the run itself and exit later", async () => {
    const source = running(`
      process.on("SIGTERM", () => {
        console.log("stopping");
        setTimeout(() => { run.end("stopped in order"); process.exit(0); }, 30);
      });
    `);
    const both = await runBoth(source, { during: sends("SIGTERM") });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.code).toBe(0);
    expect(both.with.collector.story.at(-1)).toBe('RunEnd {"output":"stopped in order"}');
  });

  it("may ignore the signal: the agent lives on, and its telemetry with it", async () => {
    const source = `
      process.on("SIGINT", () => { report("ignored"); });
      const manager = await TelemetryManager.load();
      const run = manager.startRun({});
      run.token("before");
      const timer = setInterval(() => {}, 1000);
      report("ready");
      process.stdin.once("data", () => { run.token("after"); run.end(); clearInterval(timer); process.stdin.destroy(); });
    `;
    const both = await runBoth(source, {
      during: async (agent) => {
        for (let time = 0; time < 3; time++) {
          await agent.report();
          agent.kill("SIGINT");
        }
        await agent.report();
        agent.go();
      },
    });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: 0, signal: null });
    expect(both.with.collector.story).toEqual(["RunStart {}", "LlmNewToken before", "LlmNewToken after", "RunEnd {}"]);
  });

  it("may take itself away and raise the signal again", async () => {
    const handler = `process.once("SIGTERM", () => { console.log("once"); process.kill(process.pid, "SIGTERM"); });`;
    const both = await runBoth(running(handler), { during: sends("SIGTERM") });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: null, signal: "SIGTERM", prints: "ready\nonce\n" });
    expect(both.with.collector.story).toEqual(ABORTED("the process was ended by SIGTERM."));
  });

  it("may be taken away again: the signal then ends the agent as it would", async () => {
    const source = `${running("const handler = () => {}; process.on('SIGHUP', handler); process.off('SIGHUP', handler);")}`;
    const both = await runBoth(source, { during: sends("SIGHUP") });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.signal).toBe("SIGHUP");
  });
});

describe("CHARM_TELEMETRY_SIGNALS=off", () => {
  it("leaves signals alone: what has not been sent by then is lost", async () => {
    const source = running(`console.log(process.listenerCount("SIGTERM"));`).replace(
      `report("ready")`,
      `console.log(process.listenerCount("SIGTERM")); await manager.flush(); run.token("lost"); report("ready")`,
    );
    const ended = await runAgent(source, {
      env: { CHARM_TELEMETRY_SIGNALS: "off" },
      during: sends("SIGTERM"),
    });
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM", prints: "0\nready\n0\n" });
    expect(ended.collector.story.slice(0, 2)).toEqual(["RunStart {}", "LlmNewToken before the signal"]);
    expect(ended.collector.story.join()).not.toContain("aborted");
  });
});

describe("a second signal", () => {
  it("does not disturb the first one's end", async () => {
    const ended = await runAgent(running(""), {
      answersAfterMs: 100,
      during: async (agent) => {
        await agent.report();
        agent.kill("SIGTERM");
        agent.kill("SIGINT");
        agent.kill("SIGTERM");
      },
    });
    expect(ended.code).toBeNull();
    expect(["SIGTERM", "SIGINT"]).toContain(ended.signal);
    expect(contractProblems(ended.collector.events)).toEqual([]);
  });
});
