import { describe, expect, it, vi } from "vitest";
import { TelemetryError } from "../src/errors.ts";
import { traceIdOf } from "../src/ids.ts";
import type { LlmRequestInput } from "../src/snapshot-llm.ts";
import { HOSTILE_NAMES, hostile } from "./support/hostile.ts";
import { recordedManager } from "./support/recorded-manager.ts";
import { contractProblems } from "./support/recording-exporter.ts";

vi.mock("node:fs", async () => (await import("./support/quiet-stderr.ts")).quietStderr());

describe("a run", () => {
  it("tells its exporters what happens, with the context of each event", () => {
    const { manager, recording } = recordedManager();
    const before = Date.now();
    const run = manager.startRun(
      { question: "why" },
      { name: "asker", threadId: "t1", tags: ["a"], metadata: { k: 1 } },
    );
    const tool = run.startTool("search", { q: "x" }, { toolCallId: "call_1" });
    tool.end(["found"]);
    run.token("Be");
    run.action("search", { q: "y" });
    run.end({ output: "Because." });

    expect(recording.story).toEqual([
      'RunStart {"question":"why"}',
      "ToolStart search",
      "ToolEnd search",
      "LlmNewToken Be",
      "AgentAction search",
      'RunEnd {"output":"Because."}',
    ]);
    expect(contractProblems(recording.events)).toEqual([]);
    expect(recording.of("onToolStart")[0]?.arguments).toEqual(["search", '{"q":"x"}']);
    expect(recording.of("onToolEnd")[0]?.arguments).toEqual(["search", '["found"]']);
    expect(recording.of("onAgentAction")[0]?.arguments).toEqual(["search", '{"q":"y"}']);

    const [start] = recording.of("onRunStart");
    expect(start?.context).toEqual({
      runId: run.runId,
      traceId: traceIdOf(run.runId),
      spanId: run.spanId,
      parentSpanId: undefined,
      sequence: 0,
      timeUnixMs: expect.any(Number) as number,
      toolCallId: undefined,
      run: { name: "asker", threadId: "t1", tags: ["a"], metadata: { k: 1 } },
    });
    expect(recording.of("onToolEnd")[0]?.context).toMatchObject({
      spanId: tool.spanId,
      parentSpanId: run.spanId,
      toolCallId: "call_1",
      sequence: 2,
    });
    expect(recording.of("onToolEnd")[0]?.context.run).toBeUndefined();
    const times = recording.events.map(({ context }) => context.timeUnixMs);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times[0]).toBeGreaterThan(before - 50);
    expect(times.at(-1)).toBeLessThan(Date.now() + 50);
    expect(times.some((time) => !Number.isInteger(time))).toBe(true);
  });

  it("is called as the agent is, unless it has a name", () => {
    const { manager, recording } = recordedManager();
    manager.startRun().end();
    expect(recording.of("onRunStart")[0]?.context.run).toEqual({
      name: "test-agent",
      threadId: undefined,
      tags: [],
      metadata: {},
    });
  });

  it("fails with its error's name, message, stack, code and causes", () => {
    const { manager, recording } = recordedManager();
    const error = Object.assign(new TypeError("outer", { cause: new Error("inner") }), { code: "E_OUTER" });
    manager.startRun().fail(error);
    const failed = recording.of("onError")[0]?.arguments[1] as Error & { code: string };
    expect(failed).not.toBe(error);
    expect([failed.name, failed.message, failed.stack, failed.code]).toEqual([
      "TypeError",
      "outer",
      error.stack,
      "E_OUTER",
    ]);
    expect((failed.cause as Error).message).toBe("inner");
  });

  it("takes text alone as its output", () => {
    const { manager, recording } = recordedManager();
    manager.startRun("the question").end("the answer");
    expect(recording.story).toEqual(['RunStart {"value":"the question"}', 'RunEnd {"output":"the answer"}']);
  });

  it("keeps what its parallel tools and LLM calls do apart, and nests them", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const one = run.startTool("same", "1");
    const two = run.startTool("same", "2");
    const inner = run.startTool("inner", "3", { parent: one });
    const llm = run.startLlm({ model: "m" }, { parent: inner });
    two.end("out 2");
    llm.token("t");
    llm.end();
    one.fail(new Error("out 1"));
    inner.end("out 3");
    run.end();
    expect(contractProblems(recording.events)).toEqual([]);
    expect(recording.of("onToolEnd").map(({ context, arguments: [, output] }) => [context.spanId, output])).toEqual([
      [two.spanId, "out 2"],
      [inner.spanId, "out 3"],
    ]);
    expect(recording.of("onToolError")[0]?.context.spanId).toBe(one.spanId);
    expect(recording.of("onLlmNewToken")[0]?.context).toMatchObject({ spanId: llm.spanId, parentSpanId: inner.spanId });
    expect(recording.of("onToolStart")[2]?.context.parentSpanId).toBe(one.spanId);
  });

  it("does not take a parent of another run", () => {
    const { manager, recording } = recordedManager();
    const [one, other] = [manager.startRun(), manager.startRun()];
    one.startTool("t", "", { parent: other.startTool("stranger", "") });
    expect(recording.of("onToolStart")[1]?.context).toMatchObject({ runId: one.runId, parentSpanId: one.spanId });
  });

  it("ends once: later ends are ignored and counted", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const tool = run.startTool("t", "");
    const llm = run.startLlm({ model: "m" });
    expect([run.isEnded, tool.isEnded, llm.isEnded]).toEqual([false, false, false]);
    for (const end of [
      () => tool.end(),
      () => tool.fail(new Error("x")),
      () => llm.fail(new Error("x")),
      () => llm.end(),
      () => run.fail(new Error("x")),
      () => run.end(),
      () => run.fail(new Error("x")),
    ])
      end();
    expect([run.isEnded, tool.isEnded, llm.isEnded]).toEqual([true, true, true]);
    expect(contractProblems(recording.events)).toEqual([]);
    expect(manager.health().events).toMatchObject({ recorded: 6, ignored: 4 });
  });

  it("ignores and counts all that comes after its end, but for the ends of what was open", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const tool = run.startTool("t", "");
    const llm = run.startLlm({ model: "m" });
    run.end();
    run.token("late");
    run.action("t", "late");
    llm.token("late");
    const [lateTool, lateLlm] = [run.startTool("late", ""), run.startLlm({ model: "late" }, { parent: tool })];
    expect([lateTool.isEnded, lateLlm.isEnded]).toEqual([true, true]);
    lateTool.end();
    lateLlm.token("late");
    lateLlm.fail(new Error("late"));
    tool.end("in time");
    llm.end();
    expect(recording.story).toEqual([
      "RunStart {}",
      "ToolStart t",
      'LlmStart {"model":"m"}',
      "RunEnd {}",
      "ToolEnd t",
      "LlmEnd {}",
    ]);
    expect(contractProblems(recording.events)).toEqual([]);
    expect(manager.health().events).toMatchObject({ recorded: 6, ignored: 8, aborted: 0 });
  });

  it("ignores and counts the tokens that an LLM call streams after its end", () => {
    const { manager, recording } = recordedManager();
    const llm = manager.startRun().startLlm({ model: "m" });
    llm.end();
    llm.token("late");
    expect(recording.of("onLlmNewToken")).toEqual([]);
    expect(manager.health().events.ignored).toBe(1);
  });

  it("gives its hooks outputs that are no record under a key", () => {
    const { manager, recording } = recordedManager();
    for (const outputs of [[1, 2], 5, null, undefined, "text", { a: 1 }]) manager.startRun().end(outputs);
    expect(recording.of("onRunEnd").map(({ arguments: [, outputs] }) => outputs)).toEqual([
      { value: [1, 2] },
      { value: 5 },
      {},
      {},
      { output: "text" },
      { a: 1 },
    ]);
  });

  it("makes no event of an empty token", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const llm = run.startLlm({ model: "m" });
    for (const nothing of ["", undefined, null]) {
      run.token(nothing as string);
      llm.token(nothing as string);
    }
    expect(recording.of("onLlmNewToken")).toEqual([]);
  });

  it("renders tokens that are no text as JSON", () => {
    const { manager, recording } = recordedManager();
    manager.startRun().token({ text: "x" } as unknown as string);
    expect(recording.of("onLlmNewToken")[0]?.arguments).toEqual(['{"text":"x"}']);
  });

  it("takes snapshots inside the call", () => {
    const { manager, recording } = recordedManager();
    const inputs = { list: [1] };
    const metadata = { a: { b: 1 } };
    const run = manager.startRun(inputs, { metadata });
    inputs.list.push(2);
    metadata.a.b = 2;
    const output: { text?: string } = { text: "before" };
    run.end(output);
    output.text = "after";
    expect(recording.of("onRunStart")[0]?.arguments[1]).toEqual({ list: [1] });
    expect(recording.of("onRunStart")[0]?.context.run?.metadata).toEqual({ a: { b: 1 } });
    expect(recording.of("onRunEnd")[0]?.arguments[1]).toEqual({ text: "before" });
  });
});

describe("what is never ended", () => {
  it("does not gather for ever: the oldest of more than 50,000 calls is aborted, and not its run", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const tools = Array.from({ length: 50_001 }, (_, index) => run.startTool("t", `${index}`));
    expect([run.isEnded, tools[0]?.isEnded, tools[1]?.isEnded]).toEqual([false, true, false]);
    expect(recording.of("onToolError")[0]?.arguments[1].message).toBe(
      "tool call aborted: More than 50000 tool and LLM calls are open.",
    );
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
  });

  it("nor do runs", () => {
    const { manager, recording } = recordedManager();
    const runs = Array.from({ length: 50_001 }, () => manager.startRun());
    expect([runs[0]?.isEnded, runs[1]?.isEnded]).toEqual([true, false]);
    expect(recording.of("onError")[0]?.arguments[1].message).toBe("run aborted: More than 50000 runs are open.");
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
  });
});

describe("an LLM call", () => {
  it("carries its request, its response and its usage", () => {
    const { manager, recording } = recordedManager();
    const llm = manager.startRun().startLlm({
      model: "gpt-x",
      provider: "openai",
      messages: [{ role: "user", content: "hi" }],
      parameters: { temperature: 0 },
    });
    const usage = { inputTokens: 5, outputTokens: 2, totalTokens: 7, cachedInputTokens: 1, reasoningTokens: 1 };
    llm.end({ output: "hello", usage, finishReason: "stop" });
    expect(recording.of("onLlmStart")[0]?.arguments).toEqual([
      {
        model: "gpt-x",
        provider: "openai",
        messages: [{ role: "user", content: "hi" }],
        parameters: { temperature: 0 },
      },
    ]);
    expect(recording.of("onLlmEnd")[0]?.arguments).toEqual([{ output: "hello", usage, finishReason: "stop" }]);
  });

  it("measures the time to its first token that is not empty, once", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const llm = run.startLlm({ model: "m" });
    llm.token("");
    llm.token(undefined as unknown as string);
    llm.token("first");
    llm.token("second");
    llm.end({ timeToFirstTokenMs: 99_999 });
    const [started, first] = [recording.of("onLlmStart")[0], recording.of("onLlmNewToken")[0]].map(
      (event) => event?.context.timeUnixMs ?? 0,
    ) as [number, number];
    const measured = recording.of("onLlmEnd")[0]?.arguments[0].timeToFirstTokenMs ?? -1;
    expect(measured).toBeGreaterThan(0);
    expect(measured).toBe(first - started);
  });

  it("says what it was told where no token was streamed", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    run.startLlm({ model: "m" }).end({ timeToFirstTokenMs: 12 });
    run.startLlm({ model: "m" }).end();
    expect(recording.of("onLlmEnd").map(({ arguments: [response] }) => response)).toEqual([
      { timeToFirstTokenMs: 12 },
      {},
    ]);
  });

  it("fails like a tool", () => {
    const { manager, recording } = recordedManager();
    manager.startRun().startLlm({ model: "m" }).fail("overloaded");
    expect(recording.of("onLlmError")[0]?.arguments[0].message).toBe("overloaded");
  });
});

describe("whatever an agent passes", () => {
  it.each(HOSTILE_NAMES)("a run takes %s in every position, and every event is JSON-safe", (name) => {
    const { manager, recording } = recordedManager();
    const value = hostile(name);
    const text = value as string;
    const options = value as object;
    const run = manager.startRun(value, {
      runId: text,
      name: text,
      threadId: text,
      tags: value as string[],
      metadata: options as Record<string, unknown>,
    });
    manager.startRun(value, options).end(value);
    run.token(text);
    run.action(text, value);
    run.startTool(text, value, { toolCallId: text, parent: value as undefined }).end(value);
    run.startTool("t", value, options).fail(value);
    run.startLlm(value as LlmRequestInput, options).end(options);
    const llm = run.startLlm(
      { model: text, messages: value as [], parameters: options as Record<string, unknown> },
      { parent: value as undefined },
    );
    llm.token(text);
    llm.fail(value);
    run.startLlm({ model: "m" }).end({ output: value, usage: options, finishReason: text });
    run.fail(value);

    expect(contractProblems(recording.events)).toEqual([]);
    expect(recording.events.length).toBeGreaterThanOrEqual(12);
    for (const { arguments: args, context } of recording.events) {
      expect(() => structuredClone([args, context])).not.toThrow();
      const plain = (args as unknown[]).filter((argument) => !(argument instanceof Error));
      expect(JSON.stringify(plain)).toBe(JSON.stringify(structuredClone(plain)));
    }
    expect(manager.health().exporters[0]).toMatchObject({ dropped: 0, pending: 0, delivered: recording.events.length });
  });

  it("a run does without any arguments", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun() as unknown as Record<string, (...args: unknown[]) => Record<string, () => void>>;
    run["startTool"]?.()["end"]?.();
    run["startTool"]?.()["fail"]?.();
    run["startLlm"]?.()["end"]?.();
    run["startLlm"]?.()["token"]?.();
    run["action"]?.();
    run["token"]?.();
    run["fail"]?.();
    expect(contractProblems(recording.events, { isOver: false })).toEqual([]);
    expect(recording.story).toEqual([
      "RunStart {}",
      "ToolStart ",
      "ToolEnd ",
      "ToolStart ",
      "ToolError ",
      'LlmStart {"model":"unknown"}',
      "LlmEnd {}",
      'LlmStart {"model":"unknown"}',
      "AgentAction ",
      "Error undefined",
    ]);
  });

  it("arguments beyond their bounds are cut, marked and counted", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun({ text: "x".repeat(5_000_000) });
    run.startTool("t", "y".repeat(5_000_000));
    run.token("z".repeat(5_000_000));
    run.fail(new Error("e".repeat(1_000_000)));
    expect(manager.health().events.truncated).toBe(5); // an error's message and stack count apart
    expect(recording.of("onLlmNewToken")[0]?.arguments[0]).toMatch(/^z{4194256}… \[cut: 805744 more characters\]$/);
    expect(recording.of("onError")[0]?.arguments[1].message).toMatch(/^e{262096}… \[cut: 737904 more characters\]$/);
  });

  it("span ids that a caller chooses are taken only in the right form", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    run.startTool("t", "", { spanId: "not hex" } as object).end();
    run.startTool("t", "", { spanId: "00f067aa0ba902b7" } as object).end();
    run.end();
    expect(contractProblems(recording.events)).toEqual([]);
    expect(recording.of("onToolEnd")[1]?.context.spanId).toBe("00f067aa0ba902b7");
  });

  it("aborts carry a TelemetryError that is a snapshot too", () => {
    const { manager, recording } = recordedManager();
    const run = manager.startRun();
    const cause = Object.assign(new Error("why"), { secret: {} });
    run.abort(cause, false);
    run.abort(cause, false);
    const error = recording.of("onError")[0]?.arguments[1];
    expect(TelemetryError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "ABORTED", message: "run aborted: why", cause: { message: "why" } });
    expect(error?.cause).not.toBe(cause);
    expect(manager.health().events).toMatchObject({ aborted: 1, ignored: 0 });
  });
});
