import { describe, expect, it } from "vitest";
import { contractProblems } from "../support/recording-exporter.ts";
import { outsideOf, runAgent, runBoth } from "./run-agent.ts";

const ABORTED = "telemetry was shut down before it ended.";

describe.each(["worker", "inline"])("an agent that shuts telemetry down itself, exporters in: %s,", (isolation) => {
  const env = { CHARM_TELEMETRY_ISOLATION: isolation };

  it("when it is told to end leaves nothing open", async () => {
    const source = `
      const manager = await TelemetryManager.load();
      const run = manager.startRun({});
      run.startTool("search", "in");
      process.on("SIGTERM", async () => {
        await manager.shutdown();
        process.exit(0);
      });
      setInterval(() => {}, 1000);
      report("ready");
    `;
    const both = await runBoth(source, {
      env,
      during: async (agent) => {
        await agent.report();
        agent.kill("SIGTERM");
      },
    });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with).toMatchObject({ code: 0, stderr: "" });
    const { events, story } = both.with.collector;
    expect(contractProblems(events)).toEqual([]);
    expect(story.slice(0, 2)).toEqual(["RunStart {}", "ToolStart search"]);
    expect(story.at(-1)).toBe(`Error run aborted: ${ABORTED}`);
    expect(events.map(({ hook }) => hook)).toEqual(["onRunStart", "onToolStart", "onToolError", "onError"]);
  });

  it("has one report, with everything in it", async () => {
    const ended = await runAgent(
      `
      const manager = await TelemetryManager.load();
      manager.startRun({}).startTool("search", "in");
      const { exporters: [shutdown] } = await manager.shutdown();
      report(shutdown);
      process.on("exit", () => report(manager.health().exporters[0]));
    `,
      {
        env: { ...env, CHARM_TELEMETRY_STDOUT: "full" },
        during: async (agent) => {
          const settled = { accepted: 4, delivered: 4, dropped: 0, pending: 0 };
          expect(await agent.report()).toMatchObject(settled);
          expect(await agent.report()).toMatchObject(settled);
        },
      },
    );
    const reports = ended.lines.filter((line) => line.type === "telemetry" && "health" in line);
    expect(reports).toHaveLength(1);
    expect(ended.lines.at(-1)).toMatchObject({ health: { exporters: [{ accepted: 4, delivered: 4 }] } });
  });
});

describe("a run of the whole process", () => {
  it("ends well when its agent shuts telemetry down and goes on", async () => {
    const ended = await runAgent(
      `import { TelemetryManager } from "@charm/telemetry-core";
       const manager = await TelemetryManager.load();
       manager.dispatch("onToolStart", "search", "in");
       manager.dispatch("onToolEnd", "search", "out");
       await manager.shutdown();
       console.log("still working");`,
      { hasPreamble: false, nodeArgs: ["--import", "@charm/telemetry-core/auto"] },
    );
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.collector.story).toEqual(["RunStart {}", "ToolStart search", "ToolEnd search", "RunEnd {}"]);
    expect(ended.lines.at(-1)).toMatchObject({ type: "thinking", content: "still working\n" });
  });
});
