import { describe, expect, it } from "vitest";
import { runAgent } from "./ends/run-agent.ts";
import type { AgentRun, AgentRunOptions } from "./ends/run-agent.ts";
import { contentOf } from "./support/event-lines.ts";
import { contractProblems } from "./support/recording-exporter.ts";

/** An agent that knows nothing of telemetry, started with ours and without. */
async function runAuto(source: string, options: AgentRunOptions = {}): Promise<AgentRun> {
  return runAgent(source, { nodeArgs: ["--import", "@charm/telemetry-core/auto"], hasPreamble: false, ...options });
}

async function runPlain(source: string, options: AgentRunOptions = {}): Promise<AgentRun> {
  return runAgent(source, { hasPreamble: false, ...options });
}

const thinking = ({ lines }: AgentRun): string => contentOf(lines, "thinking");

describe("node --import @charm/telemetry-core/auto", () => {
  it("makes a run of the process, with the runner's input and what is printed", async () => {
    const source = `
      console.log("hello", { a: 1 });
      console.log("");
      console.error("to stderr");
      await new Promise((resolve) => setTimeout(resolve, 5));
      process.stdout.write("half a line");
    `;
    const ended = await runAuto(source, {
      files: { "input.json": { question: "why", __charm_thread_id__: "t1" } },
      env: { CHARM_INPUT_FILE: "input.json" },
    });
    expect(ended).toMatchObject({ code: 0, prints: "", stderr: "to stderr\n" });
    expect(thinking(ended)).toBe("hello { a: 1 }\nhalf a line\n");
    expect(ended.lines.map(({ type }) => type)).toEqual(["thinking", "thinking"]);
    expect(ended.collector.story).toEqual(['RunStart {"question":"why","__charm_thread_id__":"t1"}', "RunEnd {}"]);
    expect(contractProblems(ended.collector.events)).toEqual([]);
  });

  it.each([
    ["is not there", { CHARM_INPUT_FILE: "missing.json" }],
    ["is no JSON", { CHARM_INPUT_FILE: "charm.yaml" }],
    ["is not told", {}],
  ])("does without an input that %s", async (_, env) => {
    const ended = await runAuto(`console.log("runs");`, { env });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.collector.story).toEqual(["RunStart {}", "RunEnd {}"]);
  });

  it.each([
    ["process.exit(0)", `console.log("bye"); process.exit(0);`, "RunEnd {}"],
    ["process.exit(7)", `console.log("bye"); process.exit(7);`, "Error the process ended with code 7 before it did."],
    ["an exception", `console.log("bye"); throw new TypeError("a bug");`, "Error a bug"],
    [
      "a rejection",
      `console.log("bye"); void Promise.reject(new Error("rejected")); setTimeout(() => {}, 1e6);`,
      "Error rejected",
    ],
  ])("ends the run as the process ends: %s", async (_, source, last) => {
    const [ended, plain] = [await runAuto(source), await runPlain(source)];
    expect({ code: ended.code, signal: ended.signal, stderr: ended.stderr }).toEqual({
      code: plain.code,
      signal: plain.signal,
      stderr: plain.stderr,
    });
    expect(thinking(ended)).toBe("bye\n");
    expect(ended.collector.story).toEqual(["RunStart {}", last]);
    expect(contentOf(ended.lines, "error")).toBe(last.startsWith("Error") ? last.slice("Error ".length) : "");
  });

  it("keeps the error's cause and stack", async () => {
    const ended = await runAuto(`throw new Error("outer", { cause: new Error("inner") });`);
    expect(ended.collector.events[1]?.arguments[1]).toMatchObject({
      message: "outer",
      stack: expect.stringContaining("agent.mjs:1:") as string,
      cause: { message: "inner" },
    });
  });

  it("says that a signal has ended the run", async () => {
    const ended = await runAuto(
      `
      import { writeSync } from "node:fs";
      setInterval(() => {}, 1000);
      console.log("working");
      writeSync(3, '"ready"\\n');
    `,
      {
        during: async (agent) => {
          await agent.report();
          agent.kill("SIGTERM");
        },
      },
    );
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
    expect(thinking(ended)).toBe("working\n");
    expect(ended.collector.story).toEqual(["RunStart {}", "Error run aborted: the process was ended by SIGTERM."]);
  });

  it("passes on events that the agent prints itself, in order with its prints", async () => {
    const ended = await runAuto(`
      console.log("before");
      console.log('__CHARM_EVENT__{"type":"artifact","content":{"name":"a","url":"u","mime":"m"}}');
      console.log("after, with __CHARM_EVENT__ inside");
    `);
    expect(ended.lines).toEqual([
      { type: "thinking", content: "before\n" },
      { type: "artifact", content: { name: "a", url: "u", mime: "m" } },
      { type: "thinking", content: "after, with __CHARM_EVENT__ inside\n" },
    ]);
  });

  it("gives the agent's own code the same manager and run", async () => {
    const ended = await runAuto(`
      import { TelemetryManager } from "@charm/telemetry-core";
      const manager = await TelemetryManager.load();
      manager.dispatch("onToolStart", "search", "input");
      console.log("a print between");
      manager.dispatch("onToolEnd", "search", "output");
      manager.startRun({ own: true }).end("x");
      manager.dispatch("onLlmNewToken", "t");
    `);
    expect(ended).toMatchObject({ code: 0, prints: "", stderr: "" });
    const { events, story } = ended.collector;
    expect(story).toEqual([
      "RunStart {}",
      "ToolStart search",
      "ToolEnd search",
      'RunStart {"own":true}',
      'RunEnd {"output":"x"}',
      "LlmNewToken t",
      "RunEnd {}",
    ]);
    expect(contractProblems(events)).toEqual([]);
    expect(events[5]?.context.runId).toBe(events[0]?.context.runId);
    expect(ended.lines.map(({ type }) => type)).toEqual(["thinking", "thinking", "thinking", "final", "delta"]);
  });

  it("may be imported by the agent as well", async () => {
    const ended = await runPlain(`import "@charm/telemetry-core/auto"; console.log("printed");`);
    expect(ended).toMatchObject({ code: 0, prints: "", stderr: "" });
    expect(thinking(ended)).toBe("printed\n");
    expect(ended.collector.story).toEqual(["RunStart {}", "RunEnd {}"]);
  });

  it("leaves the agent's children and threads alone", async () => {
    const source = `
      import { execFileSync } from "node:child_process";
      import { once } from "node:events";
      import { Worker } from "node:worker_threads";
      process.stdout.write(execFileSync(process.execPath, ["-e", "console.log('child')"]));
      execFileSync(process.execPath, ["-e", "console.log('child on our stdout')"], { stdio: "inherit" });
      const worker = new Worker("console.log('thread')", { eval: true });
      await once(worker, "exit");
    `;
    const ended = await runAuto(source, {
      nodeArgs: [],
      env: { NODE_OPTIONS: "--import @charm/telemetry-core/auto" },
    });
    expect(ended).toMatchObject({ code: 0, stderr: "", prints: "child on our stdout\n" });
    expect(thinking(ended)).toBe("child\nthread\n");
    expect(ended.collector.story).toEqual(["RunStart {}", "RunEnd {}"]);
  });

  it("is not for package managers, which start the agent", async () => {
    const ended = await runPlain(
      `
      import { spawnSync } from "node:child_process";
      const npm = spawnSync(process.execPath, ["npm-cli.mjs"], {
        env: { ...process.env, NODE_OPTIONS: "--import @charm/telemetry-core/auto" }, stdio: "inherit",
      });
      process.exitCode = npm.status;
    `,
      {
        files: {
          "npm-cli.mjs": `
            import { spawnSync } from "node:child_process";
            console.log("> npm's own banner");
            spawnSync(process.execPath, ["started.mjs"], { stdio: "inherit" });
          `,
          "started.mjs": `console.log("the agent");`,
        },
      },
    );
    expect(ended).toMatchObject({ code: 0, stderr: "", prints: "> npm's own banner\n" });
    expect(thinking(ended)).toBe("the agent\n");
    expect(ended.collector.story).toEqual(["RunStart {}", "RunEnd {}"]);
  });

  it("masks what is printed", async () => {
    const ended = await runAuto(`console.log("the key is " + process.env.ACME_API_KEY);`, {
      env: { ACME_API_KEY: "canary-0123456789" },
    });
    expect(thinking(ended)).toBe("the key is [ACME_API_KEY_REDACTED]\n");
  });

  it("loses no print of an agent that prints much and exits at once", async () => {
    const ended = await runAuto(
      `for (let line = 0; line < 20_000; line++) console.log("line", line); process.exit(0);`,
    );
    expect(thinking(ended)).toBe(Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join(""));
  });
});
