import { cpSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { agentFolder } from "./ends/agent-folder.ts";
import { runAgent } from "./ends/run-agent.ts";
import { readAll, startAgent } from "./support/agent-process.ts";
import type { ParsedEvent } from "./support/event-lines.ts";

async function linesOf(source: string, env: Record<string, string> = {}): Promise<readonly ParsedEvent[]> {
  const ended = await runAgent(`const manager = await TelemetryManager.load();\n${source}`, { env });
  expect(ended).toMatchObject({ code: 0, prints: "", stderr: "" });
  return ended.lines;
}

describe("what a run prints", () => {
  it("is final with its output, if no token was streamed", async () => {
    const lines = await linesOf(`
      manager.startRun().end({ output: "from output", content: "not this" });
      manager.startRun().end({ content: "from content" });
      manager.startRun().end({ other: 1 });
      manager.startRun().end({ output: { _charm_render_type: "chart", points: [1] } });
      manager.startRun().end({ output: [1, 2] });
      manager.startRun().end("text alone");
      await manager.withRun({}, () => "from withRun");
    `);
    expect(lines).toEqual([
      { type: "final", content: "from output", format: "markdown" },
      { type: "final", content: "from content", format: "markdown" },
      { type: "final", content: { other: 1 }, format: "json" },
      { type: "final", content: { _charm_render_type: "chart", points: [1] }, format: "rich_component" },
      { type: "final", content: [1, 2], format: "json" },
      { type: "final", content: "text alone", format: "markdown" },
      { type: "final", content: "from withRun", format: "markdown" },
    ]);
  });

  it("is final with the outputs themselves, where they are no record", async () => {
    const lines =
      await linesOf(`for (const outputs of [[1, 2], 5, false, null, { output: null, content: "c" }, { output: "" }])
      manager.startRun().end(outputs);`);
    expect(lines).toEqual([
      { type: "final", content: [1, 2], format: "json" },
      { type: "final", content: "5", format: "markdown" },
      { type: "final", content: "false", format: "markdown" },
      { type: "final", content: "", format: "markdown" },
      { type: "final", content: "c", format: "markdown" },
      { type: "final", content: "", format: "markdown" },
    ]);
  });

  it("is nothing after its end", async () => {
    const lines = await linesOf(`
      const run = manager.startRun();
      run.end("the answer");
      run.token("late");
      run.startTool("late", "in").end("out");
      run.action("late", "in");
    `);
    expect(lines).toEqual([{ type: "final", content: "the answer", format: "markdown" }]);
  });

  it("is no final, if a token was streamed by it or by one of its LLM calls", async () => {
    const lines = await linesOf(`
      const one = manager.startRun();
      one.token("streamed");
      one.end({ output: "streamed" });
      const two = manager.startRun();
      two.startLlm({ model: "m" }).token("by a call");
      two.end({ output: "by a call" });
      const three = manager.startRun();
      three.token("");
      three.startLlm({ model: "m" }).token(undefined);
      three.end({ output: "nothing was streamed" });
    `);
    expect(lines).toEqual([
      { type: "delta", content: "streamed" },
      { type: "delta", content: "by a call" },
      { type: "final", content: "nothing was streamed", format: "markdown" },
    ]);
  });

  it("is an error if it fails, and its steps in upstream's words", async () => {
    const lines = await linesOf(`
      const run = manager.startRun();
      run.startTool("search", "in").end("out");
      run.startTool("search", "in").fail(new Error("down"));
      run.action("search", { a: 1, b: null, c: true });
      run.fail(new Error("failed"));
    `);
    expect(lines).toEqual([
      { type: "thinking", content: "Using Tool: search\nInput: in\n" },
      { type: "thinking", content: "Tool Output: out...\n" },
      { type: "thinking", content: "Using Tool: search\nInput: in\n" },
      { type: "thinking", content: "Tool Error: down\n" },
      { type: "thinking", content: "Thought: I need to use search with {'a': 1, 'b': None, 'c': True}\n" },
      { type: "error", content: "failed" },
    ]);
  });

  it("says nothing of a tool that was open when the process ended", async () => {
    const lines = await linesOf(`
      const run = manager.startRun();
      run.startTool("search", "in");
      run.end("done");
    `);
    expect(lines).toEqual([
      { type: "thinking", content: "Using Tool: search\nInput: in\n" },
      { type: "final", content: "done", format: "markdown" },
    ]);
  });

  it("shows a tool's own error of that kind", async () => {
    const lines = await linesOf(`
      const run = manager.startRun();
      run.startTool("search", "in").fail(Object.assign(new Error("a gRPC status"), { code: "ABORTED" }));
      run.end("done");
    `);
    expect(lines.map(({ content }) => content)).toContain("Tool Error: a gRPC status\n");
  });

  it("is nothing at its end if it was dispatched, as upstream's", async () => {
    const lines = await linesOf(`
      manager.dispatch("onRunStart", "local", {});
      manager.dispatch("onAgentAction", "t", "in");
      manager.dispatch("onRunEnd", "local", { output: "x" });
      manager.dispatch("onRunStart", "local", {});
      manager.dispatch("onError", "local", new Error("x"));
    `);
    expect(lines).toEqual([{ type: "thinking", content: "Thought: I need to use t with in\n" }]);
  });

  it("has the ids and the order of its events in full", async () => {
    const lines = await linesOf(
      `
      const run = manager.startRun({ q: 1 }, { runId: "the-run", name: "n" });
      run.startTool("t", "in", { toolCallId: "c" }).end("out");
      run.end("done");
    `,
      { CHARM_TELEMETRY_STDOUT: "full" },
    );
    expect(lines.map(({ type, event, run_id, seq }) => [type, event, run_id, seq])).toEqual([
      ["telemetry", "run_start", "the-run", 0],
      ["thinking", "tool_start", "the-run", 1],
      ["thinking", "tool_end", "the-run", 2],
      ["telemetry", "run_end", "the-run", 3],
      ["final", "run_end", "the-run", 3],
      ["telemetry", "report", undefined, undefined],
    ]);
  });
});

describe("an agent without a usable folder", () => {
  it("prints its events all the same, with one warning at most", async () => {
    const source = `
      import { mkdirSync, rmdirSync } from "node:fs";
      mkdirSync("gone"); process.chdir("gone"); rmdirSync("../gone");
      const manager = await TelemetryManager.load();
      manager.startRun().end("done");
    `;
    const ended = await runAgent(source);
    expect(ended.code).toBe(0);
    expect(ended.lines).toEqual([{ type: "final", content: "done", format: "markdown" }]);
    expect(ended.stderr).toMatch(/^\[charm-telemetry\] charm\.yaml could not be read: .*\n$/);
  });

  it.each(["undefined", "null", "5", "{}", "'/does/not/exist'", "''"])("takes load(%s)", async (directory) => {
    const ended = await runAgent(`(await TelemetryManager.load(${directory})).startRun().end("done");`);
    expect(ended.code).toBe(0);
    expect(ended.lines).toEqual([{ type: "final", content: "done", format: "markdown" }]);
  });
});

describe("two copies of core in one process", () => {
  it("share one manager, and the exporters' thread takes exporters of either", async () => {
    const path = agentFolder(
      `
      import { writeSync } from "node:fs";
      import { TelemetryManager as One } from "@charm/telemetry-core";
      import { TelemetryManager as Two } from "other-copy";
      const managers = await Promise.all([One.load(), Two.load(), One.load()]);
      writeSync(3, JSON.stringify([One === Two, managers.every((manager) => manager === managers[0])]) + "\\n");
      managers[0].startRun({ by: "one" }).end("done");
      managers[1].dispatch("onRunStart", "local", { by: "two" });
      managers[1].dispatch("onRunEnd", "local", {});
      const { exporters } = await managers[1].flush();
      writeSync(3, JSON.stringify(exporters) + "\\n");
    `,
      {
        files: {
          // An exporter of a package that brings its own copy of core.
          "node_modules/posting-exporter/index.js": `
            import { BaseTelemetryExporter } from "other-copy";
            export class PostingExporter extends BaseTelemetryExporter {
              onRunStart() { return this.pending; }
              onRunEnd() { this.settle(1, "rejected"); return this.pending; }
              onError() {} onToolStart() {} onToolEnd() {} onToolError() {} onLlmNewToken() {} onAgentAction() {}
              flush() { this.settle(1, "delivered"); }
            }
          `,
        },
      },
    );
    const copy = join(dirname(path), "node_modules/other-copy");
    const core = fileURLToPath(new URL("..", import.meta.url));
    for (const part of ["dist", "package.json"]) cpSync(join(core, part), join(copy, part), { recursive: true });
    symlinkSync(join(core, "node_modules"), join(copy, "node_modules"));

    const agent = startAgent(path, {
      stdout: "fifo",
      cwd: dirname(path),
      env: { CHARM_TELEMETRY_ISOLATION: "worker" },
    });
    const [stdout, { code, stderr }] = await Promise.all([readAll(agent.stdout), agent.ended]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(await agent.report()).toEqual([false, true]);
    expect(await agent.report()).toMatchObject([
      { name: "posting", state: "ready", accepted: 4, pending: 1, delivered: 1, droppedBy: { rejected: 2 } },
    ]);
    expect(stdout.split("\n").filter((line) => line.includes('"final"'))).toHaveLength(1);
  });
});
