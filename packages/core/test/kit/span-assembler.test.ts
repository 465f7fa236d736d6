import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TelemetryError } from "../../src/errors.ts";
import type { EventContext, HookName } from "../../src/events.ts";
import { ASSEMBLER_LIMITS, SpanAssembler } from "../../src/kit/span-assembler.ts";
import type { AssemblerLimits } from "../../src/kit/span-assembler.ts";
import type { FinishedSpan } from "../../src/kit/span.ts";
import { RUN_ID, contextOf, spanIdOf } from "../support/event-context.ts";

type Call = [hook: HookName, first: unknown, second: unknown, context: EventContext];

function assemble(limits: Partial<AssemblerLimits> = {}): {
  assembler: SpanAssembler;
  spans: FinishedSpan[];
  add: (call: Call, nowMs?: number) => boolean;
} {
  const spans: FinishedSpan[] = [];
  const assembler = new SpanAssembler({ ...ASSEMBLER_LIMITS, ...limits }, { onSpan: (span) => spans.push(span) });
  return { assembler, spans, add: (call, nowMs = 0) => assembler.add(...call, nowMs) };
}

const RUN = { name: "assistant", threadId: "thread-7", tags: ["team:a"], metadata: { plan: "pro" } };
const AT = 1_800_000_000_000;

const runStart: Call = ["onRunStart", RUN_ID, { question: "?" }, contextOf({ run: RUN, timeUnixMs: AT })];
const llmStart: Call = [
  "onLlmStart",
  {
    model: "m-1",
    provider: "acme",
    name: "chat",
    messages: [{ role: "user", content: "?" }],
    parameters: { temperature: 0 },
  },
  undefined,
  contextOf({ span: "llm", parent: "root", timeUnixMs: AT + 1 }),
];
const token = (text: string, at = 2): Call => [
  "onLlmNewToken",
  text,
  undefined,
  contextOf({ span: "llm", parent: "root", timeUnixMs: AT + at }),
];
const llmEnd: Call = [
  "onLlmEnd",
  { usage: { inputTokens: 3, outputTokens: 2 }, finishReason: "stop", timeToFirstTokenMs: 1 },
  undefined,
  contextOf({ span: "llm", parent: "root", timeUnixMs: AT + 4 }),
];
const toolContext = (at: number): EventContext =>
  contextOf({ span: "tool", parent: "llm", timeUnixMs: AT + at, toolCallId: "call_1" });
const toolStart: Call = ["onToolStart", "search", "{}", toolContext(5)];
const toolEnd: Call = ["onToolEnd", "search", "found", toolContext(7)];
const action: Call = ["onAgentAction", "search", "{}", contextOf({ timeUnixMs: AT + 5 })];
const runEnd: Call = ["onRunEnd", RUN_ID, { answer: "!" }, contextOf({ timeUnixMs: AT + 8 })];

describe("a whole run", () => {
  it("becomes one span per step, each with what went in and came out", () => {
    const { spans, add, assembler } = assemble();
    for (const call of [runStart, llmStart, token("He"), token("llo"), llmEnd, action, toolStart, toolEnd, runEnd])
      expect(add(call)).toBe(true);
    const root = { spanId: spanIdOf("root"), parentSpanId: undefined, startTimeUnixMs: AT, parent: undefined };
    const llm = { spanId: spanIdOf("llm"), parentSpanId: spanIdOf("root"), startTimeUnixMs: AT + 1, parent: root };
    const tool = { spanId: spanIdOf("tool"), parentSpanId: spanIdOf("llm"), startTimeUnixMs: AT + 5, parent: llm };
    expect(spans).toEqual([
      {
        kind: "llm",
        name: "chat",
        runId: RUN_ID,
        traceId: RUN_ID.replaceAll("-", ""),
        spanId: spanIdOf("llm"),
        parentSpanId: spanIdOf("root"),
        place: llm,
        startTimeUnixMs: AT + 1,
        endTimeUnixMs: AT + 4,
        status: "ok",
        error: undefined,
        isPartial: false,
        run: RUN,
        actions: [],
        streamedText: "Hello",
        eventCount: 4,
        model: "m-1",
        provider: "acme",
        parameters: { temperature: 0 },
        input: [{ role: "user", content: "?" }],
        output: "Hello",
        usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
        finishReason: "stop",
        timeToFirstTokenMs: 1,
      },
      expect.objectContaining({
        kind: "tool",
        name: "search",
        spanId: spanIdOf("tool"),
        parentSpanId: spanIdOf("llm"),
        place: tool,
        input: "{}",
        output: "found",
        toolCallId: "call_1",
        run: RUN,
        eventCount: 2,
      }),
      expect.objectContaining({
        kind: "run",
        name: "assistant",
        parentSpanId: undefined,
        place: root,
        startTimeUnixMs: AT,
        endTimeUnixMs: AT + 8,
        input: { question: "?" },
        output: { answer: "!" },
        actions: [{ tool: "search", toolInput: "{}", timeUnixMs: AT + 5 }],
        eventCount: 3,
      }),
    ]);
    expect(assembler.eventCount).toBe(0);
  });

  it("is called like the agent where the run has no name", () => {
    const { spans, add, assembler } = assemble();
    assembler.agentName = "research-agent";
    add(["onRunStart", RUN_ID, {}, contextOf()]);
    add(runEnd);
    expect(spans[0]?.name).toBe("research-agent");
  });

  it("keeps what the model's end says over what was streamed", () => {
    const { spans, add } = assemble();
    add(llmStart);
    add(token("Hel"));
    add(["onLlmEnd", { output: "Hello!" }, undefined, llmEnd[3]]);
    expect(spans[0]).toMatchObject({ output: "Hello!", streamedText: "Hel" });
  });

  it.each([
    [{ inputTokens: 1, outputTokens: 2, totalTokens: 9 }, 9],
    [{ inputTokens: 1 }, undefined],
    [{}, undefined],
  ])("keeps a total of tokens that was told, and makes none of half a sum: %j", (usage, total) => {
    const { spans, add } = assemble();
    add(llmStart);
    add(["onLlmEnd", { usage }, undefined, llmEnd[3]]);
    const [llm] = spans;
    expect(llm?.kind === "llm" && llm.usage.totalTokens).toBe(total);
  });
});

describe("a span that has begun", () => {
  it("is handed out once, as it is, unless it ends before", () => {
    let opened = 0;
    const assembler = new SpanAssembler(ASSEMBLER_LIMITS, { onSpan: () => {}, onOpen: () => opened++ });
    for (const call of [runStart, llmStart, token("He"), llmEnd]) assembler.add(...call, 0);
    expect([opened, assembler.hasOpened]).toEqual([2, true]);
    expect(assembler.takeOpened()).toMatchObject([{ kind: "run", name: "assistant", input: { question: "?" } }]);
    expect([assembler.takeOpened(), assembler.hasOpened]).toEqual([[], false]);
    assembler.add(...action, 0);
    expect(assembler.hasOpened).toBe(false);
  });

  it("is kept for nobody who does not ask", () => {
    const { add, assembler } = assemble();
    add(runStart);
    expect(assembler.hasOpened).toBe(false);
  });
});

describe("the place of a span", () => {
  it("is known of as many ended spans as may still get children, and of the run's own always", () => {
    const { spans, add } = assemble();
    add(runStart);
    add(runEnd);
    const toolAt = (index: number, parent: string): void => {
      const context = contextOf({ span: `t${index}`, parent });
      add(["onToolStart", "t", "", context]);
      add(["onToolEnd", "t", "", context]);
    };
    for (let index = 0; index < 5000; index++) toolAt(index, "root");
    toolAt(5001, "t4999");
    toolAt(5002, "t1");
    toolAt(5003, "root");
    expect(spans.slice(-3).map(({ place }) => place.parent?.spanId)).toEqual([
      spanIdOf("t4999"),
      undefined,
      spanIdOf("root"),
    ]);
  });
});

describe("errors", () => {
  const fail = (error: Error): FinishedSpan | undefined => {
    const { spans, add } = assemble();
    add(toolStart);
    add(["onToolError", "search", error, toolContext(9)]);
    return spans[0];
  };

  it("mark the span they belong to, and no other", () => {
    const { spans, add } = assemble();
    const error = new TypeError("no rows");
    for (const call of [runStart, toolStart, ["onToolError", "search", error, toolContext(9)] as Call, runEnd])
      add(call);
    expect(spans.map((span) => [span.kind, span.status, span.error])).toEqual([
      ["tool", "error", error],
      ["run", "ok", undefined],
    ]);
  });

  it("of code ABORTED make the span aborted", () => {
    expect(fail(new TelemetryError("ABORTED", "tool call aborted: SIGTERM"))?.status).toBe("aborted");
    expect(fail(Object.assign(new Error("x"), { code: "ABORTED" }))?.status).toBe("error");
  });
});

describe("order", () => {
  it("does not matter: any order gives the same spans", () => {
    const calls = [runStart, llmStart, llmEnd, action, toolStart, toolEnd, runEnd];
    const expected = assemble();
    for (const call of calls) expected.add(call);
    const comparable = (spans: FinishedSpan[]): unknown[] =>
      spans.map(({ run: _run, place: _place, ...span }) => span).sort((a, b) => a.spanId.localeCompare(b.spanId));
    fc.assert(
      fc.property(fc.shuffledSubarray(calls, { minLength: calls.length }), (shuffled) => {
        // An action after both ends of its span is late: it is the one event whose place matters.
        fc.pre(shuffled.indexOf(action) < Math.max(shuffled.indexOf(runStart), shuffled.indexOf(runEnd)));
        const { spans, add } = assemble();
        for (const call of shuffled) expect(add(call)).toBe(true);
        expect(comparable(spans)).toEqual(comparable(expected.spans).map((span) => span));
      }),
    );
  });

  it("lets a child end after its run, and gives it the run's tags and thread", () => {
    const { spans, add, assembler } = assemble();
    for (const call of [runStart, toolStart, runEnd]) add(call, 0);
    assembler.sweep(20_000);
    add(toolEnd, 20_000);
    expect(spans.map((span) => [span.kind, span.run])).toEqual([
      ["run", RUN],
      ["tool", RUN],
    ]);
  });

  it("knows the spans of each run that have gone, where runs use the same ids", () => {
    const { add, spans } = assemble();
    for (const runId of ["run-1", "run-2"])
      for (const [hook, first, second, context] of [runStart, llmStart, llmEnd, runEnd])
        expect(add([hook, first, second, { ...context, runId }])).toBe(true);
    expect(spans).toHaveLength(4);
    for (const runId of ["run-1", "run-2"])
      for (const [hook, first, second, context] of [token("late"), runEnd])
        expect(add([hook, first, second, { ...context, runId }])).toBe(false);
  });

  it("remembers a run for a while after its last span, for children that start late", () => {
    const { spans, add, assembler } = assemble({ graceMs: 1000 });
    for (const call of [runStart, runEnd]) add(call, 0);
    assembler.sweep(900);
    for (const call of [toolStart, toolEnd]) add(call, 900);
    expect(spans[1]?.run).toEqual(RUN);
    assembler.sweep(1950);
    expect(assembler.isEmpty).toBe(true);
  });
});

describe("what comes twice", () => {
  it("the first start and the first end count", () => {
    const { spans, add } = assemble();
    add(toolStart);
    add(["onToolStart", "search", "again", toolContext(6)]);
    add(toolEnd);
    expect(spans[0]).toMatchObject({ input: "{}", startTimeUnixMs: AT + 5, eventCount: 3 });
  });

  it("is not taken once its span is gone", () => {
    const { spans, add, assembler } = assemble();
    for (const call of [llmStart, llmEnd]) add(call);
    for (const call of [llmEnd, llmStart, token("late")]) expect(add(call)).toBe(false);
    expect(spans).toHaveLength(1);
    expect(assembler.eventCount).toBe(0);
  });

  it("is another span in another run", () => {
    const { spans, add } = assemble();
    for (const runId of ["first", "second"]) {
      add(["onToolStart", "search", runId, contextOf({ runId, span: "tool", parent: "root" })]);
      add(["onToolEnd", "search", runId, contextOf({ runId, span: "tool", parent: "root" })]);
    }
    expect(spans.map((span) => span.output)).toEqual(["first", "second"]);
  });
});

describe("what never ends", () => {
  it("is given up as partial and aborted when its run has been silent for long", () => {
    const { spans, add, assembler } = assemble({ maxSilenceMs: 60_000 });
    for (const call of [runStart, llmStart, token("Hel", 3)]) add(call, 0);
    assembler.sweep(60_000);
    expect(spans).toEqual([]);
    assembler.sweep(60_001);
    expect(spans).toMatchObject([
      { kind: "run", isPartial: true, status: "aborted", endTimeUnixMs: AT },
      { kind: "llm", isPartial: true, status: "aborted", endTimeUnixMs: AT + 3, output: "Hel", eventCount: 2 },
    ]);
    expect(spans[1]?.error?.message).toBe("Its end was not seen: nothing was heard of its run for 1 minutes.");
  });

  it("stays open as long as its run is alive", () => {
    const { spans, add, assembler } = assemble({ maxSilenceMs: 60_000 });
    add(runStart, 0);
    add(toolStart, 50_000);
    assembler.sweep(100_000);
    expect(spans).toEqual([]);
  });

  it("is given up at the end of the process", () => {
    const { spans, add, assembler } = assemble();
    for (const call of [runStart, toolStart]) add(call);
    assembler.drain("the exporter shut down");
    expect(spans.map((span) => span.status)).toEqual(["aborted", "aborted"]);
    expect(assembler.isEmpty).toBe(true);
  });

  it("makes room for what is newer, the one that has been silent longest first, a live run's own span last", () => {
    const { spans, add } = assemble({ maxOpenSpans: 10 });
    add(runStart, 0);
    for (let index = 0; index < 12; index++)
      add(["onToolStart", `tool ${index}`, "", contextOf({ span: `tool${index}`, parent: "root" })], index);
    expect(spans.map((span) => span.name)).toEqual(["tool 0", "tool 1", "tool 2", "tool 3"]);
  });

  it("is bounded in bytes, runs that are only remembered going first", () => {
    const { spans, add, assembler } = assemble({ maxOpenBytes: 100_000 });
    for (let index = 0; index < 100; index++) {
      const runId = `run ${index}`;
      add(["onRunStart", runId, {}, contextOf({ runId, run: { metadata: { text: "x".repeat(5000) } } })], index);
      add(["onRunEnd", runId, {}, contextOf({ runId })], index);
    }
    expect(spans.every((span) => !span.isPartial)).toBe(true);
    add(["onRunStart", "last", { text: "x".repeat(60_000) }, contextOf({ runId: "last" })], 100);
    add(["onToolStart", "t", "x".repeat(60_000), contextOf({ runId: "last", span: "tool", parent: "root" })], 101);
    expect(spans.filter((span) => span.isPartial)).toHaveLength(1);
    assembler.drain("done");
    expect(spans).toHaveLength(102);
  });
});

describe("an end whose start is missing", () => {
  it("waits for it, then goes without it", () => {
    const { spans, add, assembler } = assemble({ graceMs: 1000 });
    add(["onToolError", "search", new Error("broken"), toolContext(9)], 0);
    assembler.sweep(1000);
    expect(spans).toEqual([]);
    assembler.sweep(1001);
    expect(spans).toMatchObject([
      {
        kind: "tool",
        name: "search",
        isPartial: true,
        status: "error",
        error: { message: "broken" },
        startTimeUnixMs: AT + 9,
        endTimeUnixMs: AT + 9,
        input: undefined,
        run: { tags: [] },
      },
    ]);
  });
});

it("never ends before it starts, whatever the clock did", () => {
  const { spans, add } = assemble();
  add(["onToolStart", "search", "", toolContext(9)]);
  add(["onToolEnd", "search", "", toolContext(3)]);
  expect(spans[0]).toMatchObject({ startTimeUnixMs: AT + 9, endTimeUnixMs: AT + 9 });
});

it("masks what has been joined", () => {
  const { spans, add, assembler } = assemble();
  assembler.mask = (text) => text.replaceAll("canary", "[X]");
  for (const call of [llmStart, token("can"), token("ary"), llmEnd]) add(call);
  expect(spans[0]).toMatchObject({ output: "[X]", streamedText: "[X]" });
});
