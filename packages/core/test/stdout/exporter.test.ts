import { describe, expect, it } from "vitest";
import type { TelemetryHealth } from "../../src/health.ts";
import { Masker } from "../../src/secrets.ts";
import type { Settings } from "../../src/settings.ts";
import { CharmEmitter } from "../../src/stdout/emitter.ts";
import { CharmEmitterExporter } from "../../src/stdout/exporter.ts";
import { contextOf, RUN_ID, spanIdOf } from "../support/event-context.ts";
import { contentOf, KeptLines } from "../support/event-lines.ts";

const SECRET = "canary-0123456789";
const context = contextOf({ span: "tool", parent: "root", sequence: 3, timeUnixMs: 1_800_000_000_123.457 });

const HEALTH: TelemetryHealth = {
  exporters: [],
  stdout: { written: 1, droppedBy: {}, bufferedBytes: 0 },
  events: { recorded: 1, unattributed: 0, guessed: 0, ignored: 0, truncated: 0, aborted: 0 },
};

function newExporter(mode: Settings["stdout"] = "lines"): { exporter: CharmEmitterExporter; kept: KeptLines } {
  const kept = new KeptLines();
  const emitter = new CharmEmitter({ writer: kept, masker: new Masker(new Map([[SECRET, "CANARY"]])) });
  return { kept, exporter: new CharmEmitterExporter({ emitter, mode }) };
}

describe("upstream's words", () => {
  it.each<[string, (exporter: CharmEmitterExporter) => void, string]>([
    [
      "tool start",
      (exporter) => exporter.onToolStart("search", '{"q":"é"}', context),
      String.raw`{"type":"thinking","content":"Using Tool: search\nInput: {\"q\":\"\u00e9\"}\n"}`,
    ],
    [
      "tool end",
      (exporter) => exporter.onToolEnd("search", "two results", context),
      String.raw`{"type":"thinking","content":"Tool Output: two results...\n"}`,
    ],
    [
      "tool error",
      (exporter) => exporter.onToolError("search", new TypeError("no such harbour"), context),
      String.raw`{"type":"thinking","content":"Tool Error: no such harbour\n"}`,
    ],
    [
      "agent action",
      (exporter) => exporter.onAgentAction("search", "high tide", context),
      String.raw`{"type":"thinking","content":"Thought: I need to use search with high tide\n"}`,
    ],
    [
      "agent action with a mapping",
      (exporter) => exporter.onAgentAction("search", { a: 1, b: null, c: true }, context),
      String.raw`{"type":"thinking","content":"Thought: I need to use search with {'a': 1, 'b': None, 'c': True}\n"}`,
    ],
    ["token", (exporter) => exporter.onLlmNewToken(" the", context), '{"type":"delta","content":" the"}'],
    [
      "the final text of a run",
      (exporter) => exporter.emitFinal({ output: "42", content: "no", more: 1 }, context),
      '{"type":"final","content":"42","format":"markdown"}',
    ],
    [
      "the final content of a run",
      (exporter) => exporter.emitFinal({ content: ["a"], more: 1 }, context),
      '{"type":"final","content":["a"],"format":"json"}',
    ],
    [
      "the outputs of a run",
      (exporter) => exporter.emitFinal({ answer: 42 }, context),
      '{"type":"final","content":{"answer":42},"format":"json"}',
    ],
    [
      "the error of a run",
      (exporter) => exporter.emitError(new Error("out of fuel"), context),
      '{"type":"error","content":"out of fuel"}',
    ],
  ])("%s", (_, hook, json) => {
    const { exporter, kept } = newExporter();
    hook(exporter);
    expect(kept.lines).toEqual([`__CHARM_EVENT__${json}\n`]);
  });

  it("are none for runs, LLM calls, an empty token and the report", () => {
    const { exporter, kept } = newExporter();
    exporter.onRunStart(RUN_ID, { a: 1 }, context);
    exporter.onRunEnd(RUN_ID, { a: 1 }, context);
    exporter.onError(RUN_ID, new Error("no"), context);
    exporter.onLlmStart({ model: "m" }, context);
    exporter.onLlmEnd({ output: "text" }, context);
    exporter.onLlmError(new Error("no"), context);
    exporter.onLlmNewToken("", context);
    exporter.emitReport(HEALTH);
    expect(kept.lines).toEqual([]);
  });

  it.each([
    ["499 letters", "x".repeat(499), "x".repeat(499)],
    ["500 letters", "x".repeat(500), "x".repeat(500)],
    ["501 letters", `${"x".repeat(500)}y`, "x".repeat(500)],
    ["500 emoji", "😀".repeat(500), "😀".repeat(500)],
    ["501 emoji", "😀".repeat(501), "😀".repeat(500)],
    ["letters up to an emoji", `${"x".repeat(499)}😀y`, `${"x".repeat(499)}😀`],
    ["halves of emoji", `${"\ud83d".repeat(500)}y`, "\ud83d".repeat(500)],
    ["a half before an emoji", `${"x".repeat(498)}\ud83d\ud83d\ude00y`, `${"x".repeat(498)}\ud83d\ud83d\ude00`],
    ["nothing", "", ""],
  ])("show the first 500 code points of an output, always with three dots: %s", (_, output, shown) => {
    const { exporter, kept } = newExporter();
    exporter.onToolEnd("search", output, context);
    expect(contentOf(kept.events, "thinking")).toBe(`Tool Output: ${shown}...\n`);
  });

  it("show an input whole, however long", () => {
    const { exporter, kept } = newExporter();
    exporter.onToolStart("search", "漢字\n".repeat(10_000), context);
    expect(contentOf(kept.events, "thinking")).toBe(`Using Tool: search\nInput: ${"漢字\n".repeat(10_000)}\n`);
  });
});

describe("mode full", () => {
  const origin = {
    run_id: RUN_ID,
    span_id: spanIdOf("tool"),
    parent_span_id: spanIdOf("root"),
    seq: 3,
    ts: 1_800_000_000_123.457,
  };

  it("says which event a line shows, after upstream's own fields", () => {
    const { exporter, kept } = newExporter("full");
    exporter.onLlmNewToken(" the", context);
    expect(kept.lines[0]).toBe(
      `__CHARM_EVENT__{"type":"delta","content":" the","event":"llm_new_token","run_id":"${RUN_ID}",` +
        `"span_id":"${origin.span_id}","parent_span_id":"${origin.parent_span_id}","seq":3,"ts":1800000000123.457}\n`,
    );
    exporter.onToolStart("search", "q", { ...context, toolCallId: "call_1" });
    exporter.onToolEnd("search", "r", context);
    exporter.onToolError("search", new Error("e"), context);
    exporter.onAgentAction("search", "q", context);
    exporter.emitFinal({ output: "42" }, context);
    exporter.emitError(new Error("e"), context);
    expect(kept.events.slice(1)).toEqual([
      {
        type: "thinking",
        content: "Using Tool: search\nInput: q\n",
        event: "tool_start",
        ...origin,
        tool_call_id: "call_1",
        tool: "search",
      },
      { type: "thinking", content: "Tool Output: r...\n", event: "tool_end", ...origin, tool: "search" },
      { type: "thinking", content: "Tool Error: e\n", event: "tool_error", ...origin, tool: "search" },
      {
        type: "thinking",
        content: "Thought: I need to use search with q\n",
        event: "agent_action",
        ...origin,
        tool: "search",
      },
      { type: "final", content: "42", format: "markdown", event: "run_end", ...origin },
      { type: "error", content: "e", event: "error", ...origin },
    ]);
  });

  it("tells what upstream does not print", () => {
    const { exporter, kept } = newExporter("full");
    const run = contextOf({ run: { name: "agent", threadId: "t1", tags: ["a"], metadata: { m: 1 } } });
    exporter.onRunStart(RUN_ID, { question: "?" }, run);
    exporter.onLlmStart({ model: "m-1", provider: "openai", messages: [{ role: "user", content: "?" }] }, context);
    exporter.onLlmEnd(
      { output: "!", usage: { inputTokens: 3, outputTokens: 2 }, finishReason: "stop", timeToFirstTokenMs: 12.5 },
      context,
    );
    exporter.onLlmError(Object.assign(new TypeError("no"), { code: "E_NO", stack: "at x" }), context);
    exporter.onRunEnd(RUN_ID, { output: "!" }, run);
    exporter.onError(RUN_ID, Object.assign(new Error("bad"), { stack: "at y" }), run);
    exporter.emitReport(HEALTH);
    const runOrigin = { run_id: RUN_ID, span_id: spanIdOf("root"), seq: 0, ts: 1_800_000_000_000 };
    expect(kept.events).toEqual([
      {
        type: "telemetry",
        name: "agent",
        thread_id: "t1",
        tags: ["a"],
        metadata: { m: 1 },
        inputs: { question: "?" },
        event: "run_start",
        ...runOrigin,
      },
      {
        type: "telemetry",
        model: "m-1",
        provider: "openai",
        messages: [{ role: "user", content: "?" }],
        event: "llm_start",
        ...origin,
      },
      {
        type: "telemetry",
        usage: { input_tokens: 3, output_tokens: 2 },
        finish_reason: "stop",
        time_to_first_token_ms: 12.5,
        output: "!",
        event: "llm_end",
        ...origin,
      },
      {
        type: "telemetry",
        error_type: "TypeError",
        message: "no",
        code: "E_NO",
        stack: "at x",
        event: "llm_error",
        ...origin,
      },
      { type: "telemetry", outputs: { output: "!" }, event: "run_end", ...runOrigin },
      { type: "telemetry", error_type: "Error", message: "bad", stack: "at y", event: "error", ...runOrigin },
      { type: "telemetry", event: "report", ts: expect.any(Number) as number, health: HEALTH },
    ]);
  });

  it("keeps every line within 4096 bytes, and names what it has cut", () => {
    const { exporter, kept } = newExporter("full");
    const run = contextOf({ run: { name: "agent", metadata: { small: true } } });
    exporter.onRunStart(RUN_ID, { document: "漢".repeat(5000) }, run);
    exporter.onLlmStart(
      { model: "m", messages: [{ role: "user", content: "x".repeat(50_000) }], parameters: { big: "y".repeat(9000) } },
      context,
    );
    exporter.onLlmEnd({ output: "z".repeat(5000), usage: { inputTokens: 1 } }, context);
    exporter.onToolStart("t".repeat(5000), "é".repeat(5000), {
      ...context,
      runId: "é".repeat(512),
      toolCallId: "é".repeat(512),
    });
    expect(kept.lines.filter((line) => line.length > 4096)).toEqual([]);
    const [start, llmStart, llmEnd, ...tool] = kept.events;
    expect(start).toMatchObject({ cut: ["inputs"], metadata: { small: true }, name: "agent" });
    expect(start?.["inputs"]).toMatch(/^\{"document":"漢+… \[cut: \d+ more characters\]$/);
    expect(llmStart).toMatchObject({ model: "m", cut: ["parameters", "messages"] });
    expect(llmEnd).toMatchObject({ usage: { input_tokens: 1 }, cut: ["output"] });
    expect(llmEnd?.["output"]).toMatch(/^z{3000,}… \[cut/);
    expect(contentOf(tool, "thinking")).toBe(`Using Tool: ${"t".repeat(5000)}\nInput: ${"é".repeat(5000)}\n`);
    expect(tool.map(({ part }) => part)).toEqual(tool.map((_, index) => index + 1));
  });
});

describe.each(["lines", "full", "pretty"] as const)("in mode %s", (mode) => {
  it("no hook lets a secret out", () => {
    const { exporter, kept } = newExporter(mode);
    const said = contextOf({
      runId: SECRET,
      toolCallId: SECRET,
      run: { name: SECRET, threadId: SECRET, tags: [SECRET], metadata: { [SECRET]: SECRET } },
    });
    const error = Object.assign(new Error(SECRET), { code: SECRET });
    exporter.onRunStart(SECRET, { [SECRET]: SECRET }, said);
    exporter.onLlmStart(
      { model: SECRET, provider: SECRET, messages: [{ role: "user", content: SECRET }], parameters: { a: SECRET } },
      said,
    );
    exporter.onLlmNewToken(SECRET, said);
    exporter.onLlmEnd({ output: SECRET, finishReason: SECRET }, said);
    exporter.onLlmError(error, said);
    exporter.onAgentAction(SECRET, { [SECRET]: SECRET }, said);
    exporter.onToolStart(SECRET, SECRET, said);
    exporter.onToolEnd(SECRET, `${"x".repeat(490)}${SECRET}`, said);
    exporter.onToolError(SECRET, error, said);
    exporter.onRunEnd(SECRET, { output: SECRET }, said);
    exporter.emitFinal({ output: SECRET }, said);
    exporter.onError(SECRET, error, said);
    exporter.emitError(error, said);
    exporter.emitReport({
      ...HEALTH,
      exporters: [
        {
          name: "x",
          state: "ready",
          accepted: 0,
          delivered: 0,
          dropped: 0,
          droppedBy: {},
          pending: 0,
          units: { spans: 0, requests: 0, retries: 0, bytes: 0 },
          latencyMs: { last: 0, max: 0 },
          lastError: { message: SECRET, timeUnixMs: 0 },
        },
      ],
    });
    expect(kept.lines.length).toBeGreaterThan(5);
    expect(kept.text).not.toContain(SECRET);
    // The beginning of one that was cut in two gives it away as well.
    expect(kept.text).not.toContain(SECRET.slice(0, 9));
  });
});
