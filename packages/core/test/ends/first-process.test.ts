import { expect, it } from "vitest";
import { runAgent } from "./run-agent.ts";

/** As far as the agent can see it is a container's first process. Signals that it raises would reach the real one. */
const FIRST = `data:text/javascript,${encodeURIComponent(`
  Object.defineProperty(process, "pid", { value: 1 });
  process.kill = (pid, signal) => { console.log("raised", signal); };
`)}`;

it("an agent that is a container's first process is told of signals, delivers, and lives on", async () => {
  const ended = await runAgent(
    `
      const manager = await TelemetryManager.load();
      const run = manager.startRun({});
      const timer = setInterval(() => {}, 1000);
      report(process.pid);
      process.stdin.on("data", () => { run.end("the answer"); clearInterval(timer); process.stdin.destroy(); });
    `,
    {
      nodeArgs: ["--import", FIRST],
      during: async (agent) => {
        expect(await agent.report()).toBe(1);
        for (const signal of ["SIGTERM", "SIGTERM", "SIGINT"] as const) agent.kill(signal);
        agent.go();
      },
    },
  );
  expect(ended).toMatchObject({ code: 0, signal: null, prints: "", stderr: "" });
  expect(ended.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"the answer"}']);
  expect(ended.lines).toMatchObject([{ type: "final", content: "the answer" }]);
});
