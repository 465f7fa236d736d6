import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { HookName } from "../src/events.ts";
import { HOOKS } from "../src/events.ts";
import { DispatchedRuns } from "../src/dispatched-runs.ts";
import { traceIdOf } from "../src/ids.ts";
import { TelemetryManager } from "../src/manager.ts";
import type { Run } from "../src/run.ts";
import { HOSTILE_NAMES, hostile } from "./support/hostile.ts";
import { recordedManager } from "./support/recorded-manager.ts";
import { warnings } from "./support/quiet-stderr.ts";
import { contractProblems } from "./support/recording-exporter.ts";

vi.mock("node:fs", async () => (await import("./support/quiet-stderr.ts")).quietStderr());

const SPAN = "00f067aa0ba902b7";

async function collectGarbage(): Promise<void> {
  // A weak reference holds what it refers to until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

describe("dispatch", () => {
  it("takes upstream's eight hooks with upstream's arguments", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "local", { q: 1 });
    manager.dispatch("onToolStart", "search", "input");
    manager.dispatch("onToolEnd", "search", "output");
    manager.dispatch("onToolStart", "search", "input 2");
    manager.dispatch("onToolError", "search", new Error("down"));
    manager.dispatch("onLlmNewToken", "tok");
    manager.dispatch("onAgentAction", "search", "next");
    manager.dispatch("onRunEnd", "local", { a: 2 });
    manager.dispatch("onRunStart", "local", { q: 2 });
    manager.dispatch("onError", "local", new Error("failed"));
    expect(recording.story).toEqual([
      'RunStart {"q":1}',
      "ToolStart search",
      "ToolEnd search",
      "ToolStart search",
      "ToolError search",
      "LlmNewToken tok",
      "AgentAction search",
      'RunEnd {"a":2}',
      'RunStart {"q":2}',
      "Error failed",
    ]);
    expect(contractProblems(recording.events)).toEqual([]);
    expect(manager.health().events).toEqual({
      recorded: 10,
      unattributed: 0,
      guessed: 2,
      ignored: 0,
      truncated: 0,
      aborted: 0,
    });
  });

  it("takes upstream's constant run id for no id at all", () => {
    const { manager, recording } = recordedManager();
    for (let run = 0; run < 3; run++) {
      manager.dispatch("onRunStart", "local", {});
      manager.dispatch("onLlmNewToken", "t", { runId: "local" });
      manager.dispatch("onRunEnd", "local", {});
    }
    const ids = new Set(recording.events.map(({ context }) => context.runId));
    expect(ids.size).toBe(3);
    expect(ids.has("local")).toBe(false);
    expect(contractProblems(recording.events)).toEqual([]);
  });

  it("keeps the id, name, thread, tags and metadata that a run is given", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "my-run", {}, { name: "n", threadId: "t", tags: ["a"], metadata: { k: [1] } });
    expect(recording.of("onRunStart")[0]).toMatchObject({
      arguments: ["my-run", {}],
      context: {
        runId: "my-run",
        traceId: traceIdOf("my-run"),
        run: { name: "n", threadId: "t", tags: ["a"], metadata: { k: [1] } },
      },
    });
  });

  it("takes LLM calls, their tokens, and usage", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "r", {});
    manager.dispatch("onLlmStart", { model: "m" });
    manager.dispatch("onLlmNewToken", "a");
    manager.dispatch("onLlmEnd", { output: "a", usage: { inputTokens: 1 } });
    manager.dispatch("onLlmNewToken", "outside");
    manager.dispatch("onLlmStart", { model: "m" });
    manager.dispatch("onLlmError", new Error("429"));
    manager.dispatch("onRunEnd", "r", {});
    expect(contractProblems(recording.events)).toEqual([]);
    const [inside, outside] = recording.of("onLlmNewToken");
    expect(inside?.context.spanId).toBe(recording.of("onLlmStart")[0]?.context.spanId);
    expect(outside?.context.spanId).toBe(recording.of("onRunStart")[0]?.context.spanId);
    expect(recording.of("onLlmEnd")[0]?.arguments[0]).toMatchObject({ output: "a", usage: { inputTokens: 1 } });
    expect(recording.of("onLlmEnd")[0]?.arguments[0].timeToFirstTokenMs).toBeGreaterThan(0);
  });

  it("pairs tools by id, whatever their order and names", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "r", {});
    manager.dispatch("onToolStart", "same", "1", { toolCallId: "c1" });
    manager.dispatch("onToolStart", "same", "2", { toolCallId: "c2" });
    manager.dispatch("onToolStart", "same", "3", { spanId: SPAN });
    manager.dispatch("onToolEnd", "same", "out 3", { spanId: SPAN });
    manager.dispatch("onToolError", "other name", new Error("out 2"), { toolCallId: "c2" });
    manager.dispatch("onToolEnd", "same", "out 1", { toolCallId: "c1" });
    manager.dispatch("onRunEnd", "r", {});
    expect(contractProblems(recording.events)).toEqual([]);
    const starts = recording.of("onToolStart").map(({ context }) => context.spanId);
    expect(starts[2]).toBe(SPAN);
    expect(recording.of("onToolEnd").map(({ context }) => context.spanId)).toEqual([SPAN, starts[0]]);
    expect(recording.of("onToolError")[0]).toMatchObject({
      arguments: ["same", new Error("out 2")],
      context: { spanId: starts[1], toolCallId: "c2" },
    });
    expect(manager.health().events.guessed).toBe(0);
  });

  it("prefers its own run where two runs use the same tool call id", () => {
    const { manager, recording } = recordedManager();
    for (const runId of ["a", "b"]) manager.dispatch("onRunStart", runId, {});
    for (const runId of ["a", "b"]) manager.dispatch("onToolStart", "t", "", { runId, toolCallId: "call_0" });
    for (const runId of ["b", "a"]) manager.dispatch("onToolEnd", "t", runId, { runId, toolCallId: "call_0" });
    expect(recording.of("onToolEnd").map(({ context, arguments: [, output] }) => [context.runId, output])).toEqual([
      ["b", "b"],
      ["a", "a"],
    ]);
    // Without a run it is still found by its id.
    manager.dispatch("onToolStart", "t", "", { runId: "a", toolCallId: "call_1" });
    manager.dispatch("onToolEnd", "t", "late", { toolCallId: "call_1" });
    expect(recording.of("onToolEnd")[2]?.context.runId).toBe("a");
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
  });

  it("without ids, ends the oldest open tool of that name, and counts the guess", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "r", {});
    manager.dispatch("onToolStart", "a", "1");
    manager.dispatch("onToolStart", "b", "2");
    manager.dispatch("onToolStart", "a", "3");
    for (const name of ["a", "a", "b"]) manager.dispatch("onToolEnd", name, "");
    const starts = recording.of("onToolStart").map(({ context }) => context.spanId);
    expect(recording.of("onToolEnd").map(({ context }) => context.spanId)).toEqual([starts[0], starts[2], starts[1]]);
    expect(manager.health().events).toMatchObject({ guessed: 3, ignored: 0 });
  });

  it("ignores and counts ends without a start, and makes no run for them", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onToolEnd", "t", "out");
    manager.dispatch("onToolError", "t", new Error("x"), { toolCallId: "c" });
    manager.dispatch("onLlmEnd", {});
    manager.dispatch("onLlmError", new Error("x"));
    manager.dispatch("onRunEnd", "local", {});
    manager.dispatch("onError", "unknown", new Error("x"));
    manager.dispatch("onRunEnd" as HookName);
    expect(recording.events).toEqual([]);
    expect(manager.health().events).toMatchObject({ recorded: 0, ignored: 7, unattributed: 0, guessed: 0 });
  });

  it("ignores a second end", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "r", {});
    manager.dispatch("onToolStart", "t", "", { toolCallId: "c" });
    for (let time = 0; time < 2; time++) manager.dispatch("onToolEnd", "t", "", { toolCallId: "c" });
    manager.dispatch("onRunEnd", "r", {});
    manager.dispatch("onError", "r", new Error("returned")); // upstream's order for a returned error
    expect(contractProblems(recording.events)).toEqual([]);
    expect(manager.health().events.ignored).toBe(2);
  });

  it("says once that a hook does not exist", () => {
    const { manager, recording } = recordedManager();
    for (let time = 0; time < 2; time++) manager.dispatch("onToolDone" as HookName, "t");
    for (const name of ["", "constructor", "__proto__", "toString"]) manager.dispatch(name as HookName);
    expect(recording.events).toEqual([]);
    expect(manager.health().events.ignored).toBe(6);
    expect(warnings.filter((line) => line.includes("onToolDone"))).toEqual([
      expect.stringMatching(/^\[charm-telemetry\] dispatch: there is no hook "onToolDone"\. Hooks: onRunStart, .*\n$/),
    ]);
  });
});

describe("a dispatched event without ids belongs to", () => {
  const tokenRun = (recording: ReturnType<typeof recordedManager>["recording"]): string | undefined =>
    recording.of("onLlmNewToken").at(-1)?.context.runId;

  it("the run that it names, before everything else", async () => {
    const { manager, recording } = recordedManager();
    const other = manager.startRun({}, { runId: "other" });
    await manager.withRun({}, () => manager.dispatch("onLlmNewToken", "t", { runId: "other" }), { runId: "around" });
    expect(tokenRun(recording)).toBe("other");
    other.end();
  });

  it("the surrounding withRun, whichever other runs are open", async () => {
    const { manager, recording } = recordedManager();
    manager.startRun({}, { runId: "open" });
    manager.dispatch("onRunStart", "dispatched", {});
    await manager.withRun({}, () => manager.dispatch("onLlmNewToken", "t"), { runId: "around" });
    expect(tokenRun(recording)).toBe("around");
  });

  it("the process's run, before other open runs", () => {
    const { manager, recording } = recordedManager();
    const whole = manager.openProcessRun({});
    manager.startRun({}, { runId: "other" });
    manager.dispatch("onLlmNewToken", "t");
    expect(tokenRun(recording)).toBe(whole.runId);
    whole.end();
    manager.dispatch("onLlmNewToken", "t");
    expect(tokenRun(recording)).toBe("other");
  });

  it("the only run that is open, however it was started", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun({}, { runId: "only" });
    manager.dispatch("onLlmNewToken", "t");
    expect(tokenRun(recording)).toBe("only");
    run.end();
    manager.dispatch("onRunStart", "next", {});
    manager.dispatch("onLlmNewToken", "t");
    expect(tokenRun(recording)).toBe("next");
    expect(manager.health().events.unattributed).toBe(0);
  });

  it("the run dispatched last that is still open, where several are", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "a", {});
    manager.dispatch("onRunStart", "b", {});
    manager.startRun({}, { runId: "not dispatched" });
    manager.dispatch("onRunStart", "c", {});
    const seen = ["c", "b", "a"].map((runId) => {
      manager.dispatch("onLlmNewToken", "t");
      const found = tokenRun(recording);
      manager.dispatch("onRunEnd", runId, {});
      return found;
    });
    expect(seen).toEqual(["c", "b", "a"]);
  });

  it("a run made for it, where none can be told: one for all, until there is a better one", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onToolStart", "t", "");
    manager.dispatch("onLlmNewToken", "a");
    const made = tokenRun(recording);
    expect(recording.of("onRunStart")).toHaveLength(1);
    expect(manager.health().events.unattributed).toBe(2);

    const run = manager.startRun({}, { runId: "better" });
    manager.dispatch("onLlmNewToken", "b");
    expect(tokenRun(recording)).toBe("better");
    run.end();
    manager.dispatch("onToolEnd", "t", "");
    expect(recording.of("onToolEnd")[0]?.context.runId).toBe(made);
    manager.dispatch("onLlmNewToken", "c");
    expect(tokenRun(recording)).toBe(made);
    expect(manager.health().events).toMatchObject({ unattributed: 3, ignored: 0 });
    expect(recording.of("onRunStart")).toHaveLength(2);
  });

  it("a run made for it, where two are open and neither was dispatched", async () => {
    const { manager, recording } = recordedManager();
    manager.startRun({}, { runId: "a" }).token("x");
    manager.startRun({}, { runId: "b" });
    manager.dispatch("onLlmNewToken", "t");
    expect(["a", "b"]).not.toContain(tokenRun(recording));
    expect(manager.health().events.unattributed).toBe(1);
    // It ends well with the process.
    await manager.shutdown();
    expect(recording.of("onRunEnd").map(({ context }) => context.runId)).toEqual([tokenRun(recording)]);
  });

  it("the open run, where it has upstream's constant id and no run has", () => {
    const { manager, recording } = recordedManager();
    manager.dispatch("onRunStart", "a", {});
    manager.dispatch("onLlmNewToken", "t", { runId: "local" });
    expect(tokenRun(recording)).toBe("a");
    expect(manager.health().events).toMatchObject({ unattributed: 0, ignored: 0 });
  });
});

describe("a dispatched event that names a run which is not open", () => {
  /** An open run that nothing of it may land in, and what happens beside it. */
  function besides(): ReturnType<typeof recordedManager> {
    const recorded = recordedManager();
    recorded.manager.dispatch("onRunStart", "other", {});
    return recorded;
  }

  it.each(["has ended", "was never started"])("is ignored and counted, with one warning, if it %s", async (how) => {
    const { manager, recording } = besides();
    if (how === "has ended") {
      manager.dispatch("onRunStart", how, {});
      manager.dispatch("onRunEnd", how, {});
    }
    const before = recording.events.length;
    const hooks = [
      ["onToolStart", "t", "in"],
      ["onToolEnd", "t", "out"],
      ["onAgentAction", "t", "in"],
      ["onToolError", "t", new Error("x")],
      ["onLlmStart", { model: "m" }],
      ["onLlmNewToken", "t"],
      ["onLlmEnd", {}],
      ["onLlmError", new Error("x")],
    ] as const;
    await manager.withRun({}, () => {
      for (const [hook, ...args] of hooks) manager.dispatch(hook, ...args, { runId: how, toolCallId: "c" });
    });
    expect(recording.story.slice(before)).toEqual(["RunStart {}", "RunEnd {}"]);
    expect(manager.health().events).toMatchObject({ ignored: hooks.length, unattributed: 0 });
    expect(warnings.filter((line) => line.includes(`"${how}"`))).toEqual([
      expect.stringMatching(/^\[charm-telemetry\] dispatch: what names a run that has ended, .* is ignored, .*\n$/),
    ]);
  });

  it("does not end another run's call that happens to have its id", () => {
    const { manager, recording } = besides();
    manager.dispatch("onToolStart", "t", "", { runId: "other", toolCallId: "call_0" });
    manager.dispatch("onLlmStart", { model: "m" }, { runId: "other", spanId: SPAN });
    manager.dispatch("onToolEnd", "t", "stray", { runId: "gone", toolCallId: "call_0" });
    manager.dispatch("onLlmEnd", {}, { runId: "gone", spanId: SPAN });
    manager.dispatch("onRunStart", "open", {});
    manager.dispatch("onToolEnd", "t", "stray", { runId: "open", toolCallId: "call_0" });
    manager.dispatch("onLlmNewToken", "of open", { runId: "open", spanId: SPAN });
    expect([...recording.of("onToolEnd"), ...recording.of("onLlmEnd")]).toEqual([]);
    expect(recording.of("onLlmNewToken")[0]?.context.runId).toBe("open");
    manager.dispatch("onToolEnd", "t", "its own", { runId: "other", toolCallId: "call_0" });
    expect(recording.of("onToolEnd").map(({ arguments: [, output] }) => output)).toEqual(["its own"]);
    expect(manager.health().events.ignored).toBe(3);
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
  });

  it("still ends the calls of it that were open", () => {
    const { manager, recording } = besides();
    manager.dispatch("onRunStart", "a", {});
    manager.dispatch("onToolStart", "t", "", { runId: "a", toolCallId: "c" });
    manager.dispatch("onToolStart", "named", "", { runId: "a" });
    manager.dispatch("onLlmStart", { model: "m" }, { runId: "a" });
    manager.dispatch("onRunEnd", "a", {});
    manager.dispatch("onLlmNewToken", "late", { runId: "a" });
    manager.dispatch("onToolEnd", "t", "", { runId: "a", toolCallId: "c" });
    manager.dispatch("onToolEnd", "named", "", { runId: "a" });
    manager.dispatch("onLlmEnd", {}, { runId: "a" });
    manager.dispatch("onRunEnd", "other", {});
    expect(contractProblems(recording.events)).toEqual([]);
    expect(recording.of("onLlmNewToken")).toEqual([]);
    expect(manager.health().events).toMatchObject({ ignored: 1, guessed: 1, aborted: 0 });
  });

  it("is ignored as well without a name, in a withRun whose run has ended", async () => {
    const { manager, recording } = besides();
    await manager.withRun({}, (run) => {
      manager.dispatch("onToolStart", "open", "");
      run.end("early");
      manager.dispatch("onLlmNewToken", "late");
      manager.dispatch("onToolStart", "late", "");
      manager.dispatch("onToolEnd", "late", "");
      manager.dispatch("onAgentAction", "late", "");
      manager.dispatch("onToolEnd", "open", "");
    });
    manager.dispatch("onRunEnd", "other", {});
    expect(contractProblems(recording.events)).toEqual([]);
    expect(recording.story).toEqual([
      "RunStart {}",
      "RunStart {}",
      "ToolStart open",
      'RunEnd {"output":"early"}',
      "ToolEnd open",
      "RunEnd {}",
    ]);
    expect(manager.health().events).toMatchObject({ ignored: 4, unattributed: 0 });
  });
});

describe("dispatched runs", () => {
  it("are let go once they have ended, however they have ended", async () => {
    const manager = new TelemetryManager({ stdout: false });
    const seen: WeakRef<Run>[] = [];
    const start = manager.startRun.bind(manager);
    let last: Run | undefined;
    manager.startRun = (...args) => {
      const before = last;
      last = start(...args);
      seen.push(new WeakRef(last));
      // As in a server, there is always one that is open.
      before?.end();
      return last;
    };
    for (let run = 0; run < 1000; run++) manager.dispatch("onRunStart", `r${run}`, {});
    await collectGarbage();
    expect(seen).toHaveLength(1000);
    expect(seen.filter((run) => run.deref() !== undefined).length).toBeLessThan(100);
  });

  it("are found by id and age in any order of starts and ends", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(40), fc.boolean()), { maxLength: 200 }), (steps) => {
        const runs = new DispatchedRuns();
        let open: { run: Run & { isEnded: boolean }; alias: string }[] = [];
        for (const [name, pick, isStart] of steps) {
          const alias = `r${name}`;
          if (isStart) {
            const run = { isEnded: false } as Run & { isEnded: boolean };
            runs.add(run, alias);
            open.push({ run, alias });
          } else if (open.length > 0) {
            const { run } = open[pick % open.length] as (typeof open)[number];
            run.isEnded = true;
            runs.delete(run);
            runs.delete(run);
            open = open.filter((entry) => entry.run !== run);
          }
          expect(runs.newest()).toBe(open.at(-1)?.run);
          expect(runs.oldest(alias)).toBe(open.find((entry) => entry.alias === alias)?.run);
        }
      }),
    );
  });
});

describe("parallel withRuns", () => {
  it("keep their events apart in code that passes no ids", async () => {
    const { manager, recording } = recordedManager();
    // What a library does that knows only of `dispatch`.
    const library = async (label: string): Promise<string> => {
      manager.dispatch("onToolStart", "tool", label);
      await delay(1);
      manager.dispatch("onLlmStart", { model: label });
      await delay(1);
      manager.dispatch("onLlmNewToken", label);
      manager.dispatch("onLlmEnd", { output: label });
      await Promise.resolve();
      manager.dispatch("onAgentAction", "tool", label);
      manager.dispatch("onToolEnd", "tool", label);
      return label;
    };
    const labels = Array.from({ length: 20 }, (_, index) => `run ${index}`);
    const outputs = await Promise.all(
      labels.map((label) => manager.withRun({ label }, () => library(label), { runId: label })),
    );
    expect(outputs).toEqual(labels);
    expect(contractProblems(recording.events)).toEqual([]);
    for (const { hook, arguments: args, context } of recording.events) {
      const told = JSON.stringify(hook === "onRunStart" || hook === "onRunEnd" ? args[1] : args);
      expect(told).toContain(context.runId);
    }
    expect(manager.health().events).toMatchObject({ recorded: 20 * 8, unattributed: 0, ignored: 0, guessed: 20 });
  });

  it("nest: the inner one while it runs, the outer one after it", async () => {
    const { manager, recording } = recordedManager();
    await manager.withRun(
      {},
      async () => {
        manager.dispatch("onLlmNewToken", "outer");
        await manager.withRun({}, () => delay(1).then(() => manager.dispatch("onLlmNewToken", "inner")), {
          runId: "inner",
        });
        manager.dispatch("onLlmNewToken", "outer");
      },
      { runId: "outer" },
    );
    for (const {
      arguments: [token],
      context,
    } of recording.of("onLlmNewToken"))
      expect(context.runId).toBe(token);
    expect(contractProblems(recording.events)).toEqual([]);
  });
});

describe("whatever a caller passes", () => {
  it.each(HOSTILE_NAMES)("dispatch takes %s in every position", (name) => {
    const { manager, recording } = recordedManager();
    const value = hostile(name);
    manager.dispatch(value as HookName, value, value, value);
    for (const hook of HOOKS) {
      manager.dispatch(hook, value, value, value);
      manager.dispatch(hook, "t", { runId: value, spanId: value, toolCallId: value, tags: value, metadata: value });
      manager.dispatch(hook, "t", value, { runId: value, name: value, threadId: value, tags: value, metadata: value });
    }
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
    expect(manager.health().exporters[0]).toMatchObject({ dropped: 0, pending: 0, delivered: recording.events.length });
  });

  it("dispatch takes too few arguments", () => {
    const { manager, recording } = recordedManager();
    (manager.dispatch as (...args: unknown[]) => void).call(manager);
    for (const hook of HOOKS) manager.dispatch(hook);
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
  });

  it("dispatch says on stderr what it could not do, and does not throw", () => {
    const { manager } = recordedManager();
    const broken = vi.spyOn(manager, "startRun").mockImplementation(() => {
      throw new Error("a fault of ours");
    });
    onTestFinished(() => broken.mockRestore());
    expect(() => manager.dispatch("onRunStart", "r", {})).not.toThrow();
    expect(warnings).toContain("[charm-telemetry] dispatch: a fault of ours\n");
  });
});

describe("any interleaving of dispatched events", () => {
  it("gives every run its numbers without gaps and every start one end", async () => {
    const ids = fc.constantFrom("local", "a", "b", "c");
    const tool = fc.constantFrom("x", "y");
    const call = fc.option(fc.constantFrom("c1", "c2", "c3"), { nil: undefined });
    const runId = fc.option(ids, { nil: undefined });
    const event = fc.oneof(
      fc.tuple(fc.constantFrom<HookName>("onRunStart", "onRunEnd", "onError"), ids, fc.constant({})),
      fc
        .tuple(fc.constantFrom<HookName>("onToolStart", "onToolEnd", "onToolError"), tool, call, runId)
        .map(([hook, name, toolCallId, run]) => [hook, name, "io", { toolCallId, runId: run }] as const),
      fc
        .tuple(fc.constantFrom<HookName>("onLlmStart", "onLlmEnd", "onLlmError", "onLlmNewToken"), runId)
        .map(([hook, run]) => [hook, hook === "onLlmNewToken" ? "t" : { model: "m" }, { runId: run }] as const),
      fc.tuple(fc.constant<HookName>("onAgentAction"), tool, fc.constant("x")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
        const { manager, recording } = recordedManager();
        for (const [hook, ...args] of events) manager.dispatch(hook, ...args);
        expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
        const { recorded, ignored } = manager.health().events;
        const made = recording.of("onRunStart").length - events.filter(([hook]) => hook === "onRunStart").length;
        expect(recorded + ignored).toBe(events.length + made);
        expect(recording.events).toHaveLength(recorded);
        await manager.shutdown();
      }),
      { numRuns: 300 },
    );
  });
});
