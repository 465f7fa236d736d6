import { describe, expect, it } from "vitest";
import type { AgentProcess } from "../support/agent-process.ts";
import { outsideOf, runAgent, runBoth } from "./run-agent.ts";

const terminates = async (agent: AgentProcess): Promise<void> => {
  await agent.report();
  agent.kill("SIGTERM");
};

describe("an agent's listener of a signal that is called once", () => {
  const CLOSE = `async () => {
    console.log("closing");
    await new Promise((resolve) => setTimeout(resolve, 50));
    run.end("closed");
    process.exit(7);
  }`;

  it.each([
    ["before telemetry", `process.once("SIGTERM", ${CLOSE});`, ""],
    ["after telemetry", "", `process.once("SIGTERM", ${CLOSE});`],
    ["after telemetry, before all others", "", `process.prependOnceListener("SIGTERM", ${CLOSE}); await null;`],
  ])("has the time that it takes: installed %s", async (_, before, after) => {
    const source = `
      let run;
      ${before}
      const manager = await TelemetryManager.load();
      run = manager.startRun({});
      setInterval(() => {}, 1000);
      ${after}
      report("ready");
    `;
    const both = await runBoth(source, { during: terminates });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: 7, signal: null, prints: "closing\n" });
    expect(both.with.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"closed"}']);
  });
});

describe("an agent's listener of beforeExit", () => {
  const LISTENS = `process.on("beforeExit", (code) => console.log("beforeExit", code));`;
  const WORKS = `const manager = await TelemetryManager.load(); manager.startRun({}).end("x");`;

  it.each([
    ["before telemetry", `${LISTENS} ${WORKS}`],
    ["after telemetry", `${WORKS} ${LISTENS}`],
  ])("is called once, and all is delivered: installed %s", async (_, source) => {
    const both = await runBoth(source);
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: 0, prints: "beforeExit 0\n" });
    expect(both.with.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"x"}']);
  });

  it("does not keep exporters in the agent's own thread from delivering", async () => {
    const ended = await runAgent(`${LISTENS} ${WORKS}`, { env: { CHARM_TELEMETRY_ISOLATION: "inline" } });
    expect(ended.code).toBe(0);
    expect(ended.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"x"}']);
  });
});

describe("an exception that the agent has survived", () => {
  it("is not the cause of an exit that comes later", async () => {
    const both = await runBoth(`
      process.on("uncaughtException", (error) => console.log("survived", error.message));
      const manager = await TelemetryManager.load();
      manager.startRun({});
      setTimeout(() => { setTimeout(() => process.exit(3), 20); throw new Error("old"); }, 5);
    `);
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: 3, prints: "survived old\n" });
    expect(both.with.collector.story).toEqual([
      "RunStart {}",
      "Error run aborted: the process ended with code 3 before it did.",
    ]);
  });
});
