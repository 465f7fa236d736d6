import { describe, expect, it } from "vitest";
import { contractProblems } from "../support/recording-exporter.ts";
import { outsideOf, runAgent, runBoth } from "./run-agent.ts";

const OPEN = `
const manager = await TelemetryManager.load();
const run = manager.startRun({ q: "why" });
console.log("started");
`;

/** How the process ends; what the last event of the run is then. */
const ENDINGS: Record<string, { source: string; code: number; story: string[] }> = {
  "by itself": {
    source: `run.end("done");`,
    code: 0,
    story: ['RunStart {"q":"why"}', 'RunEnd {"output":"done"}'],
  },
  "by itself, after timers and I/O": {
    source: `await new Promise((resolve) => setTimeout(resolve, 20)); run.token("late"); run.end();`,
    code: 0,
    story: ['RunStart {"q":"why"}', "LlmNewToken late", "RunEnd {}"],
  },
  "by process.exit right after an event": {
    source: `run.end("done"); process.exit(7);`,
    code: 7,
    story: ['RunStart {"q":"why"}', 'RunEnd {"output":"done"}'],
  },
  "by process.exit in a timer": {
    source: `setTimeout(() => { run.end("done"); process.exit(3); }, 10);`,
    code: 3,
    story: ['RunStart {"q":"why"}', 'RunEnd {"output":"done"}'],
  },
  "by process.exitCode": {
    source: `process.exitCode = 4; run.end("done");`,
    code: 4,
    story: ['RunStart {"q":"why"}', 'RunEnd {"output":"done"}'],
  },
  "by an exception that nobody catches": {
    source: `throw Object.assign(new TypeError("a bug of the agent's"), { code: "E_BUG" });`,
    code: 1,
    story: [
      'RunStart {"q":"why"}',
      "Error run aborted: the process ended by an uncaught exception: a bug of the agent's",
    ],
  },
  "by an exception in a timer": {
    source: `setTimeout(() => { throw new Error("later"); }, 5);`,
    code: 1,
    story: ['RunStart {"q":"why"}', "Error run aborted: the process ended by an uncaught exception: later"],
  },
  "by an exception that is no error": {
    source: `setTimeout(() => { throw "text"; }, 5);`,
    code: 1,
    story: ['RunStart {"q":"why"}', "Error run aborted: the process ended by an uncaught exception: text"],
  },
  "by a rejection that nobody handles": {
    source: `void Promise.reject(new Error("rejected")); setTimeout(() => {}, 100_000);`,
    code: 1,
    story: ['RunStart {"q":"why"}', "Error run aborted: the process ended by an uncaught exception: rejected"],
  },
  "by its own handler of an exception": {
    source: `process.on("uncaughtException", (error) => { console.log("caught", error.message); process.exit(9); });
      setTimeout(() => { throw new Error("handled"); }, 5);`,
    code: 9,
    story: ['RunStart {"q":"why"}', "Error run aborted: the process ended by an uncaught exception: handled"],
  },
  "well, after its own handler has survived an exception": {
    source: `process.on("uncaughtException", (error) => console.log("survived", error.message));
      setTimeout(() => run.end("done"), 30);
      setTimeout(() => { throw new Error("handled"); }, 5);`,
    code: 0,
    story: ['RunStart {"q":"why"}', 'RunEnd {"output":"done"}'],
  },
  "while a run is open": {
    source: `run.token("half an answ");`,
    code: 0,
    story: [
      'RunStart {"q":"why"}',
      "LlmNewToken half an answ",
      "Error run aborted: the process ended with code 0 before it did.",
    ],
  },
  "while it waits for ever at its top level": {
    source: `run.token("waiting"); await new Promise(() => {});`,
    code: 13,
    story: [
      'RunStart {"q":"why"}',
      "LlmNewToken waiting",
      "Error run aborted: the process ended with code 13 before it did.",
    ],
  },
  "in an exit listener": {
    source: `process.on("exit", () => { run.end("in exit"); process.exitCode = 6; });`,
    code: 6,
    story: ['RunStart {"q":"why"}', 'RunEnd {"output":"in exit"}'],
  },
  "in a beforeExit listener, which does more": {
    source: `process.once("beforeExit", () => setTimeout(() => run.end("more"), 10));`,
    code: 0,
    story: ['RunStart {"q":"why"}', 'RunEnd {"output":"more"}'],
  },
};

describe("an agent that ends", () => {
  it.each(Object.keys(ENDINGS))("%s ends as it does without telemetry, and all is delivered", async (name) => {
    const { source = "", code, story } = ENDINGS[name] ?? {};
    const both = await runBoth(OPEN + source);
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.code).toBe(code);
    expect(both.with.collector.story).toEqual(story);
    expect(contractProblems(both.with.collector.events)).toEqual([]);
  });

  it("before the exporters' thread has come up loses nothing", async () => {
    const ended = await runAgent(`
      const manager = await TelemetryManager.load();
      const run = manager.startRun({});
      for (let index = 0; index < 100; index++) run.token("t" + index);
      run.end();
      process.exit(5);
    `);
    expect(ended).toMatchObject({ code: 5, stderr: "" });
    expect(ended.collector.events).toHaveLength(102);
  });

  it("with 10,000 events just accepted loses none of them", async () => {
    const ended = await runAgent(`
      const manager = await TelemetryManager.load();
      const run = manager.startRun({});
      run.token("first");
      await manager.flush();
      for (let index = 1; index < 10_000; index++) run.token("t" + index + " ");
      run.end();
      process.exit(5);
    `);
    expect(ended).toMatchObject({ code: 5, stderr: "" });
    expect(ended.collector.events).toHaveLength(10_002);
    expect(contractProblems(ended.collector.events)).toEqual([]);
    expect(ended.lines.filter(({ type }) => type === "delta")).toHaveLength(10_000);
  });

  it("closes everything that is open, the innermost first, once each", async () => {
    const ended = await runAgent(`
      const manager = await TelemetryManager.load();
      const one = manager.startRun({ one: 1 });
      const tool = one.startTool("outer", "in");
      const inner = one.startLlm({ model: "m" }, { parent: tool });
      inner.token("half");
      manager.dispatch("onRunStart", "local", { two: 2 });
      manager.dispatch("onToolStart", "dispatched", "in");
      throw new Error("the end", { cause: new Error("the cause") });
    `);
    expect(ended.code).toBe(1);
    const { events } = ended.collector;
    expect(contractProblems(events)).toEqual([]);
    const ends = events.filter(({ hook }) => /Error$/.test(hook));
    expect(ends.map(({ hook }) => hook)).toEqual(["onToolError", "onLlmError", "onToolError", "onError", "onError"]);
    for (const { arguments: args } of ends) {
      expect((args as unknown[]).at(-1)).toMatchObject({
        name: "TelemetryError",
        code: "ABORTED",
        cause: {
          message: "the process ended by an uncaught exception: the end",
          cause: { message: "the end", cause: { message: "the cause" } },
        },
      });
    }
    expect(ended.lines.filter(({ type }) => type === "error")).toHaveLength(2);
  });

  it("delivers what its exit listeners emit, before ours and after it", async () => {
    const ended = await runAgent(`
      let run;
      process.on("exit", () => run.token("listener of before"));
      const manager = await TelemetryManager.load();
      run = manager.startRun({});
      process.on("exit", () => run.token("listener of after"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      // Registered in the turn that ends the process: nothing of ours can come behind it, and the run has been closed.
      process.on("exit", () => {
        run.token("too late for its run");
        const late = manager.startRun({});
        late.token("listener of the last turn");
        late.end("last");
      });
      process.exit(0);
    `);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(contractProblems(ended.collector.events)).toEqual([]);
    expect(ended.collector.story).toEqual([
      "RunStart {}",
      "LlmNewToken listener of before",
      "LlmNewToken listener of after",
      "Error run aborted: the process ended with code 0 before it did.",
      "RunStart {}",
      "LlmNewToken listener of the last turn",
      'RunEnd {"output":"last"}',
    ]);
    expect(ended.lines.map(({ content }) => content)).toEqual([
      "listener of before",
      "listener of after",
      "listener of the last turn",
    ]);
  });

  it("has its output in order: prints and events of the same turn, too", async () => {
    const ended = await runAgent(`
      const manager = await TelemetryManager.load();
      const run = manager.startRun({});
      for (let index = 0; index < 50; index++) { run.token("t" + index); await null; }
      run.end();
      console.log("the last print");
      process.exit(0);
    `);
    expect(ended.lines.map(({ content }) => content)).toEqual(Array.from({ length: 50 }, (_, index) => `t${index}`));
    expect(ended.prints).toBe("the last print\n");
  });

  it("after it has shut the manager down itself waits no second time", async () => {
    const ended = await runAgent(
      `
      const manager = await TelemetryManager.load();
      manager.startRun({}).end("done");
      report((await manager.shutdown()).exporters[0]);
      manager.startRun({}).end("late");
      process.on("exit", () => report(manager.health().exporters[0]));
    `,
      {
        during: async (agent) => {
          expect(await agent.report()).toMatchObject({ state: "stopped", accepted: 2, delivered: 2, pending: 0 });
          expect(await agent.report()).toMatchObject({ accepted: 4, delivered: 2, droppedBy: { after_shutdown: 2 } });
        },
      },
    );
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.collector.story).toEqual(["RunStart {}", 'RunEnd {"output":"done"}']);
  });
});

describe("an agent that never loads the manager", () => {
  it("is untouched by the import", async () => {
    const both = await runBoth(`
      console.log(process.eventNames().map(String).sort().join(), process.listenerCount("exit"), typeof TelemetryManager);
      process.exitCode = 2;
    `);
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.collector.bodies).toEqual([]);
  });

  it("shares its pipes as it would: they stay blocking for everybody who has them", async () => {
    // Whoever touches process.stdout makes its pipe non-blocking, for the shell's heartbeat beside the agent as well.
    const flags = `
      import { readFileSync } from "node:fs";
      const flags = (fd) => (Number.parseInt(/flags:\\s*(\\d+)/.exec(readFileSync("/proc/self/fdinfo/" + fd, "utf8"))[1], 8) & 0o4000) !== 0;
      const tell = (when) => writeSync(1, when + " " + flags(1) + " " + flags(2) + "\\n");
    `;
    const both = await runBoth(`${flags}
      tell("imported");
      const manager = await TelemetryManager.load();
      manager.emitter.status("working");
      const run = manager.startRun({ map: new Map(), error: new Error("x") });
      run.startTool("t", "in").end(new Date());
      run.end("done");
      await manager.flush();
      tell("used");
    `);
    expect(outsideOf(both.with)).toEqual(outsideOf(both.without));
    expect(both.with.prints).toBe("imported false false\nused false false\n");
  });
});
