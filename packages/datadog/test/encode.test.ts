import type { FinishedSpan, LlmSpan } from "@charm/telemetry-core/kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SPAN_AT, llmSpan, runSpan, toolSpan } from "../../testkit/test/support/finished-spans.ts";
import { encodeSpan, envelopeOf, isTooOld } from "../src/encode.ts";

const MIB = 1024 * 1024;
const run = runSpan;
const tool = toolSpan;
const llm: LlmSpan = { ...llmSpan, provider: "OpenAI" };

interface Written {
  readonly meta: Record<string, unknown> & {
    metadata?: Record<string, unknown>;
    error?: { message: string; type: string; stack: string };
  };
  readonly metrics?: Record<string, number>;
  readonly tags: string[];
  readonly [key: string]: unknown;
}

function written(span: FinishedSpan, maxBytes = 5 * MIB): Written {
  return JSON.parse(encodeSpan(span, maxBytes)) as Written;
}

describe("a run", () => {
  it("is a span of kind agent", () => {
    expect(written(run)).toEqual({
      name: "research-agent",
      span_id: "919794284038557584",
      trace_id: run.traceId,
      parent_id: "undefined",
      start_ns: 1795338694583018000,
      duration: 12_500_000,
      status: "ok",
      session_id: "session-42",
      meta: {
        kind: "agent",
        input: { value: '{"question":"?"}' },
        output: { value: '{"answer":"!"}' },
        metadata: { plan: "pro", run_id: run.runId },
      },
      tags: ["error:0", "team:research"],
    });
  });

  it("that streamed its answer and returned nothing shows what it streamed", () => {
    expect(written({ ...run, output: {}, streamedText: "Hello" }).meta["output"]).toEqual({ value: "Hello" });
    expect(written({ ...run, output: { a: 1 }, streamedText: "Hello" }).meta["output"]).toEqual({ value: '{"a":1}' });
  });

  it("keeps its agent's actions, flat", () => {
    const actions = [
      { tool: "search", toolInput: '{"query":"x"}', timeUnixMs: SPAN_AT },
      { tool: "finish", toolInput: "", timeUnixMs: SPAN_AT },
    ];
    expect(written({ ...run, actions }).meta.metadata).toMatchObject({
      actions: 2,
      action_1_tool: "search",
      action_1_input: '{"query":"x"}',
      action_2_tool: "finish",
      action_2_input: "",
    });
  });

  it("writes at most 50 actions and counts all", () => {
    const actions = Array.from({ length: 80 }, () => ({ tool: "t", toolInput: "", timeUnixMs: SPAN_AT }));
    const { metadata } = written({ ...run, actions }).meta;
    expect(metadata).toMatchObject({ actions: 80, action_50_tool: "t" });
    expect(metadata).not.toHaveProperty("action_51_tool");
  });

  it("has flat metadata: text, numbers and booleans, the rest as JSON", () => {
    const metadata = { text: "a", number: 1.5, yes: true, none: null, list: [1, 2], deep: { a: { b: 1 } } };
    expect(written({ ...run, run: { ...run.run, metadata } }).meta.metadata).toEqual({
      text: "a",
      number: 1.5,
      yes: true,
      list: "[1,2]",
      deep: '{"a":{"b":1}}',
      run_id: run.runId,
    });
  });

  it("without a thread has no session", () => {
    expect(written({ ...run, run: { tags: [], metadata: {} } })).not.toHaveProperty("session_id");
  });
});

describe("a tool call", () => {
  it("is a span of kind tool, with strings as they are", () => {
    expect(written(tool)).toMatchObject({
      span_id: "18446744073709551615",
      parent_id: "919794284038557584",
      session_id: "session-42",
      meta: {
        kind: "tool",
        input: { value: '{"query":"x"}' },
        output: { value: "found" },
        metadata: { tool_id: "call_1" },
      },
      tags: ["error:0"],
    });
    expect(written(tool)).not.toHaveProperty("metrics");
  });

  it("leaves out what it does not know", () => {
    const { meta } = written({ ...tool, output: undefined, toolCallId: undefined });
    expect(Object.keys(meta)).toEqual(["kind", "input"]);
  });
});

describe("an LLM call", () => {
  it("is a span of kind llm, with messages, model and usage, the first token in seconds", () => {
    expect(written(llm)).toMatchObject({
      span_id: "1",
      meta: {
        kind: "llm",
        model_name: "gpt-4o-mini",
        model_provider: "openai",
        input: { messages: [{ role: "user", content: "?" }] },
        output: { messages: [{ role: "assistant", content: "!" }] },
        metadata: {
          temperature: 0,
          max_tokens: 64,
          model_name: "gpt-4o-mini",
          model_provider: "openai",
          finish_reason: "stop",
        },
      },
      metrics: {
        input_tokens: 42,
        output_tokens: 7,
        total_tokens: 49,
        cache_read_input_tokens: 30,
        reasoning_output_tokens: 2,
        time_to_first_token: 0.0025,
      },
    });
  });

  it("leaves out what is not known", () => {
    expect(written({ ...llm, usage: { inputTokens: 1 } }).metrics).toEqual({
      input_tokens: 1,
      time_to_first_token: 0.0025,
    });
  });

  it("names its provider custom where none is known", () => {
    expect(written({ ...llm, provider: undefined }).meta).toMatchObject({ model_provider: "custom" });
  });

  it("carries calls of tools and their results, by name", () => {
    const input = [
      { role: "user", content: "?" },
      {
        role: "assistant",
        content: "",
        toolCalls: [
          { id: "c1", name: "search", arguments: '{"query":"x"}' },
          { name: "odd", arguments: "not json" },
        ],
      },
      { role: "tool", content: "found", toolCallId: "c1" },
      { role: "tool", content: "lost", toolCallId: "c9" },
    ];
    expect(written({ ...llm, input }).meta["input"]).toEqual({
      messages: [
        { role: "user", content: "?" },
        {
          role: "assistant",
          content: "",
          tool_calls: [
            { name: "search", arguments: { query: "x" }, tool_id: "c1", type: "function" },
            { name: "odd", arguments: { value: "not json" }, type: "function" },
          ],
        },
        {
          role: "tool",
          content: "found",
          tool_results: [{ name: "search", result: "found", tool_id: "c1", type: "function" }],
        },
        { role: "tool", content: "lost", tool_results: [{ result: "lost", tool_id: "c9", type: "function" }] },
      ],
    });
  });

  it("answers in messages where the model did", () => {
    const output = [{ role: "assistant", content: "a", toolCalls: [{ name: "t", arguments: "[1]" }] }];
    expect(written({ ...llm, output }).meta["output"]).toEqual({
      messages: [
        { role: "assistant", content: "a", tool_calls: [{ name: "t", arguments: { value: "[1]" }, type: "function" }] },
      ],
    });
  });
});

describe("a span that is too large", () => {
  const large = "é".repeat(600 * 1024); // 1.2 MB

  it("goes without its input and output, and says so", () => {
    const span = written({ ...tool, output: large }, MIB);
    const notice = { value: "[removed: the span was larger than Datadog takes]" };
    expect(span.meta).toMatchObject({ input: notice, output: notice, metadata: { tool_id: "call_1" } });
    expect(span.tags).toEqual(["error:0", "dropped_io:1"]);
  });

  it("goes without its metadata and the depth of its error, if that is what is large", () => {
    const error = new Error(large);
    const text = encodeSpan({ ...run, status: "error", error, run: { ...run.run, metadata: { large } } }, MIB);
    expect(Buffer.byteLength(text)).toBeLessThan(MIB);
    expect(JSON.parse(text)).toMatchObject({
      meta: { error: { type: "Error" } },
      tags: ["error:1", "error_type:Error", "team:research", "dropped_io:1", "dropped_metadata:1"],
    });
  });

  it("goes whole up to the limit, to the byte", () => {
    const size = Buffer.byteLength(encodeSpan({ ...tool, output: large }, 5 * MIB));
    expect(written({ ...tool, output: large }, size).tags).toEqual(["error:0"]);
    expect(written({ ...tool, output: large }, size - 1).tags).toEqual(["error:0", "dropped_io:1"]);
  });
});

it("is too old more than a day after its start", () => {
  const now = SPAN_AT + 24 * 60 * 60 * 1000;
  expect(isTooOld(run, now)).toBe(true);
  expect(isTooOld(run, now - 5 * 60 * 1000)).toBe(false);
});

it("has every digit of its start", () => {
  expect(encodeSpan(run, MIB)).toContain('"start_ns":1795338694583018066,');
});

it("is JSON whatever the texts hold", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { meta, ...span } = written({ ...tool, name: text, input: text, output: `\ud800${text}` });
      expect(span["name"]).toBe(text === "" ? "tool" : text);
      expect(meta["input"]).toEqual({ value: text });
    }),
  );
});

it("stands in an envelope with the application's name and tags", () => {
  const { open, separator, close } = envelopeOf({ mlApp: 'a"b', tags: ["env:test"] });
  expect(JSON.parse(open + [encodeSpan(run, MIB), encodeSpan(tool, MIB)].join(separator) + close)).toMatchObject({
    data: { type: "span", attributes: { ml_app: 'a"b', tags: ["env:test"], spans: [{}, {}] } },
  });
});
