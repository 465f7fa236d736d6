import { describe, expect, it } from "vitest";
import { contractProblems } from "../support/recording-exporter.ts";
import { outsideOf, runAgent, runBoth } from "./run-agent.ts";

/** An agent that works in a worker thread of its own: `main` starts it, `work` is what it does. */
function threaded(work: string): { source: string; files: Record<string, string> } {
  return {
    source: `
      import { Worker } from "node:worker_threads";
      const worker = new Worker(new URL("./work.mjs", import.meta.url));
      worker.on("error", (error) => console.log("error of the worker:", error.message));
      worker.on("exit", (code) => console.log("the worker has ended:", code));
    `,
    files: {
      "work.mjs": `
        import { TelemetryManager } from "@charm/telemetry-core";
        const manager = await TelemetryManager.load();
        const run = manager.startRun({});
        run.token("in a thread");
        ${work}
      `,
    },
  };
}

describe("an agent in a worker thread", () => {
  it.each([
    ["by itself", `run.end();`, "RunEnd {}"],
    ["by process.exit", `run.end(); process.exit(3);`, "RunEnd {}"],
    [
      "by an exception",
      `throw new Error("bug");`,
      "Error run aborted: the process ended by an uncaught exception: bug",
    ],
  ])("that ends %s ends as it does without telemetry, and all is delivered", async (_, work, last) => {
    const { source, files } = threaded(work);
    const both = await runBoth(source, { files });
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.collector.story).toEqual(["RunStart {}", "LlmNewToken in a thread", last]);
    expect(contractProblems(both.with.collector.events)).toEqual([]);
  });

  it("does not take the process's signals", async () => {
    const { source, files } = threaded(
      `setInterval(() => {}, 1000); (await import("node:fs")).writeSync(3, '"ready"\\n');`,
    );
    const ended = await runAgent(source, {
      files,
      during: async (agent) => {
        await agent.report();
        agent.kill("SIGTERM");
      },
    });
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM" });
  });
});

describe("an agent's own worker threads and child processes", () => {
  it("are not given telemetry that they have not asked for", async () => {
    const both = await runBoth(
      `
      import { execFileSync } from "node:child_process";
      import { Worker } from "node:worker_threads";
      import { once } from "node:events";
      const manager = await TelemetryManager.load();
      const run = manager.startRun({});
      const worker = new Worker("console.log(process.listenerCount('exit'), process.execArgv.length)", { eval: true });
      await once(worker, "exit");
      console.log(execFileSync(process.execPath, ["-e", "console.log(process.listenerCount('SIGTERM'))"]).toString());
      run.end();
    `,
    );
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.collector.events).toHaveLength(2);
  });
});
