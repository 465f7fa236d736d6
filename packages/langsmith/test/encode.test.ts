import type { FinishedSpan, LlmSpan } from "@charm/telemetry-core/kit";
import { describe, expect, it } from "vitest";
import { SPAN_AT, llmSpan, runSpan, toolSpan } from "../../testkit/test/support/finished-spans.ts";
import { Addresses } from "../src/address.ts";
import { encodeEnd, encodeStart, encodeWhole } from "../src/encode.ts";

const run = runSpan;
const tool = toolSpan;
const llm: LlmSpan = {
  ...llmSpan,
  parameters: { temperature: 0, max_completion_tokens: 64, stop: ["\n"] },
};

const addresses = new Addresses();
const OPTIONS = { project: "demo", hideInputs: false };
const whole = (span: FinishedSpan): ReturnType<typeof encodeWhole> => encodeWhole(span, addresses.of(span), OPTIONS);

describe("the start of a run", () => {
  it("has what went in, and no end", () => {
    const encoded = encodeStart({ ...run, error: new Error("its end was not seen") }, addresses.of(run), OPTIONS);
    expect(encoded).toEqual({
      id: run.runId,
      trace_id: run.runId,
      dotted_order: `20261122T091134583018Z${run.runId}`,
      name: "research-agent",
      run_type: "chain",
      start_time: "2026-11-22T09:11:34.583018Z",
      session_name: "demo",
      tags: ["team:research"],
      inputs: { question: "?" },
      extra: { metadata: { plan: "pro", thread_id: "session-42", charm_run_id: run.runId } },
    });
  });
});

describe("the end of a run that is known", () => {
  it("repeats its address and leaves its inputs alone", () => {
    const encoded = encodeEnd(run, addresses.of(run), OPTIONS);
    expect(encoded).toMatchObject({
      id: run.runId,
      dotted_order: `20261122T091134583018Z${run.runId}`,
      start_time: "2026-11-22T09:11:34.583018Z",
      end_time: "2026-11-22T09:11:34.595518Z",
      outputs: { answer: "!" },
    });
    expect(encoded).not.toHaveProperty("inputs");
  });
});

describe("what went in and came out", () => {
  it("is an object, also where a tool was given or gave text", () => {
    expect(whole(tool)).toMatchObject({ inputs: { query: "x" }, outputs: { output: "found" } });
    expect(whole({ ...tool, input: "[1]", output: '{"a":1}' })).toMatchObject({
      inputs: { input: "[1]" },
      outputs: { a: 1 },
    });
    expect(whole({ ...tool, input: undefined, output: undefined })).toMatchObject({ inputs: {} });
    expect(whole({ ...tool, output: undefined })).not.toHaveProperty("outputs");
  });

  it("of a run is what it has streamed where its end says nothing", () => {
    expect(whole({ ...run, output: {}, streamedText: "Hello" }).outputs).toEqual({ output: "Hello" });
    expect(whole({ ...run, output: {} }).outputs).toEqual({});
    expect(whole({ ...run, output: undefined })).not.toHaveProperty("outputs");
  });

  it("of a model is a message, or several, with their tool calls and the usage", () => {
    const usage_metadata = {
      input_tokens: 42,
      output_tokens: 7,
      total_tokens: 49,
      input_token_details: { cache_read: 30 },
      output_token_details: { reasoning: 2 },
    };
    expect(whole(llm).outputs).toEqual({ role: "assistant", content: "!", usage_metadata });
    const call = { role: "assistant", content: "", toolCalls: [{ id: "call_1", name: "search", arguments: "{}" }] };
    const answer = { role: "tool", content: "found", toolCallId: "call_1" };
    const encodedCall = {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "call_1", type: "function", function: { name: "search", arguments: "{}" } }],
    };
    expect(whole({ ...llm, output: [call] }).outputs).toEqual({ ...encodedCall, usage_metadata });
    const several = whole({ ...llm, output: [call, answer], input: [call, answer] });
    const messages = [encodedCall, { role: "tool", content: "found", tool_call_id: "call_1" }];
    expect(several).toMatchObject({ inputs: { messages }, outputs: { messages, usage_metadata } });
    expect(whole({ ...llm, output: undefined }).outputs).toEqual({ usage_metadata });
    expect(whole({ ...llm, output: undefined, usage: {} })).not.toHaveProperty("outputs");
  });
});

describe("a model's run", () => {
  it("says which model it was and how it was called, in LangSmith's names", () => {
    expect(whole(llm).extra).toMatchObject({
      metadata: {
        ls_model_type: "chat",
        ls_provider: "openai",
        ls_model_name: "gpt-4o-mini",
        ls_temperature: 0,
        ls_max_tokens: 64,
        ls_stop: ["\n"],
        finish_reason: "stop",
        usage_metadata: {
          input_tokens: 42,
          output_tokens: 7,
          total_tokens: 49,
          input_token_details: { cache_read: 30 },
          output_token_details: { reasoning: 2 },
        },
      },
      invocation_params: { model: "gpt-4o-mini", temperature: 0, max_completion_tokens: 64 },
    });
  });

  it("has one event for its first token, however many there were", () => {
    expect(whole(llm).events).toEqual([{ name: "new_token", time: "2026-11-22T09:11:34.585518Z" }]);
    expect(whole({ ...llm, timeToFirstTokenMs: undefined })).not.toHaveProperty("events");
  });
});

it("keeps an action as an event of the run in which it happened", () => {
  const actions = ['{"query":"x"}', "x"].map((toolInput) => ({ tool: "search", toolInput, timeUnixMs: SPAN_AT + 1 }));
  const time = "2026-11-22T09:11:34.584018Z";
  expect(whole({ ...run, actions }).events).toEqual([
    { name: "agent_action", time, kwargs: { tool: "search", tool_input: { query: "x" } } },
    { name: "agent_action", time, kwargs: { tool: "search", tool_input: "x" } },
  ]);
});
