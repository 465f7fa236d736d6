import type { FinishedSpan, LlmSpan, RunSpan, ToolSpan } from "@charm/telemetry-core/kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { llmSpan, runSpan, toolSpan } from "../../testkit/test/support/finished-spans.ts";
import { encodeSpan } from "../src/encode.ts";

const MIB = 1024 * 1024;
const SURROUNDINGS = {
  environment: "test",
  release: undefined,
  serverName: "pod-7",
  agentName: "demo-agent",
  nodeVersion: process.version,
  sdk: { name: "sentry.javascript.node", version: "11.12.0" },
  tracesSampleRate: 0.5,
};

const info = {
  threadId: "session-42",
  tags: ["team:research"],
  metadata: { plan: "pro", limits: { a: 1 }, none: null },
};
const run: RunSpan = { ...runSpan, name: "demo-agent", run: info, output: { answer: "!", sources: 2 } };
const tool: ToolSpan = { ...toolSpan, run: info };
const llm: LlmSpan = {
  ...llmSpan,
  run: info,
  provider: "OpenAI",
  parameters: {
    temperature: 0.5,
    max_tokens: 64,
    maxOutputTokens: 32,
    stop: ["a"],
    seed: 7,
    tools: [{ name: "search" }],
  },
  input: [
    { role: "user", content: "?" },
    { role: "assistant", content: "", toolCalls: [{ id: "call_1", name: "search", arguments: "{}" }] },
    { role: "tool", content: "found", toolCallId: "call_1" },
  ],
  timeToFirstTokenMs: 2.5004,
};

interface Written {
  readonly attributes: Readonly<Record<string, { value: unknown; type: string } | undefined>>;
  readonly [key: string]: unknown;
}

function encoded(span: FinishedSpan, maxBytes = MIB): Written {
  return JSON.parse(encodeSpan(span, run.spanId, SURROUNDINGS, maxBytes)) as Written;
}

function values(span: FinishedSpan, maxBytes = MIB): Record<string, unknown> {
  const { attributes } = encoded(span, maxBytes);
  return Object.fromEntries(Object.entries(attributes).map(([key, attribute]) => [key, attribute?.value]));
}

describe("encodeSpan", () => {
  it("makes a run the segment, and its steps children of it", () => {
    expect(encoded(run)).toMatchObject({
      name: "invoke_agent demo-agent",
      is_segment: true,
      start_timestamp: 1795338694.583018,
      end_timestamp: 1795338694.595518,
      attributes: {
        "sentry.op": { value: "gen_ai.invoke_agent", type: "string" },
        "sentry.sample_rate": { value: 0.5, type: "double" },
      },
    });
    expect(encoded(run)).not.toHaveProperty("parent_span_id");
    for (const span of [tool, llm])
      expect(encoded(span)).toMatchObject({
        is_segment: false,
        parent_span_id: span.parentSpanId,
        attributes: {
          "sentry.segment.id": { value: run.spanId },
          "sentry.segment.name": { value: "invoke_agent demo-agent" },
        },
      });
  });

  it("names tools and models, never inputs", () => {
    expect([encoded(tool)["name"], encoded(llm)["name"]]).toEqual(["execute_tool search", "chat gpt-4o-mini"]);
    expect(encoded({ ...llm, model: undefined })["name"]).toBe("chat chat-model");
  });

  it("keeps tags and metadata of a run, as Sentry can take them", () => {
    expect(encoded(run).attributes["charm.tags"]).toEqual({ value: ["team:research"], type: "array" });
    expect(values(run)).toMatchObject({ "charm.metadata.plan": "pro", "charm.metadata.limits": '{"a":1}' });
    expect(values(run)).not.toHaveProperty(["charm.metadata.none"]);
  });

  it("writes a run's only text as a message, and more than that as JSON", () => {
    expect(values(run)).toMatchObject({
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"?"}]}]',
      "gen_ai.output.messages":
        '[{"role":"assistant","parts":[{"type":"text","content":"{\\"answer\\":\\"!\\",\\"sources\\":2}"}]}]',
    });
    expect(values({ ...run, output: {}, streamedText: "streamed" })["gen_ai.output.messages"]).toContain("streamed");
    expect(values({ ...run, input: {} })).not.toHaveProperty(["gen_ai.input.messages"]);
  });

  it("writes calls of tools and what they gave as parts of messages", () => {
    expect(JSON.parse(String(values(llm)["gen_ai.input.messages"]))).toEqual([
      { role: "user", parts: [{ type: "text", content: "?" }] },
      { role: "assistant", parts: [{ type: "tool_call", id: "call_1", name: "search", arguments: "{}" }] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "found" }] },
    ]);
  });

  it("has usage with its parts, seconds, and the model's parameters under Sentry's names", () => {
    expect(encoded(llm).attributes).toMatchObject({
      "gen_ai.provider.name": { value: "openai" },
      "gen_ai.usage.input_tokens": { value: 42, type: "integer" },
      "gen_ai.usage.total_tokens": { value: 49, type: "integer" },
      "gen_ai.usage.cache_read.input_tokens": { value: 30, type: "integer" },
      "gen_ai.usage.reasoning.output_tokens": { value: 2, type: "integer" },
      "gen_ai.response.time_to_first_chunk": { value: 0.0025, type: "double" },
      "gen_ai.request.temperature": { value: 0.5, type: "double" },
      "gen_ai.request.max_tokens": { value: 32, type: "integer" },
      "gen_ai.request.stop_sequences": { value: ["a"], type: "array" },
      "gen_ai.request.seed": { value: "7", type: "string" },
      "gen_ai.tool.definitions": { value: '[{"name":"search"}]', type: "string" },
    });
    expect(values(llm)).not.toHaveProperty(["gen_ai.response.streaming"]);
    expect(values({ ...llm, streamedText: "!" })["gen_ai.response.streaming"]).toBe(true);
  });

  it("says of a failed span that it failed, and of one that was cut short that it was", () => {
    const error = new TypeError("no rows");
    expect(encoded({ ...tool, status: "error", error })["status"]).toBe("error");
    expect(values({ ...tool, status: "error", error })).toMatchObject({
      "sentry.status.message": "internal_error",
      "error.type": "TypeError",
    });
    expect(values({ ...tool, status: "aborted", error })["sentry.status.message"]).toBe("aborted");
  });

  it("leaves contents out of a span that is too large, then what the agent added", () => {
    const large = { ...run, input: { question: "é".repeat(3000) } };
    expect(values(large, 4000)).toMatchObject({
      "gen_ai.input.messages": "[removed: the span was larger than Sentry takes]",
      "charm.metadata.plan": "pro",
    });
    const stubborn = { ...large, status: "error", error: new Error("x".repeat(9000)) } as const;
    expect(values(stubborn, 4000)).not.toHaveProperty(["charm.metadata.plan"]);
    expect(values(stubborn, 4000)).toMatchObject({ "error.type": "Error" });
    expect(Buffer.byteLength(encodeSpan(stubborn, run.spanId, SURROUNDINGS, 4000))).toBeLessThanOrEqual(4000);
  });

  it("types every value as Sentry takes it, whatever the agent adds", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.anything()),
        (metadata, odd) => {
          const parameters = Object.fromEntries(
            Object.entries(odd).filter(
              ([, value]) =>
                typeof value !== "object" &&
                typeof value !== "bigint" &&
                typeof value !== "symbol" &&
                typeof value !== "function",
            ),
          );
          for (const span of [
            { ...run, run: { ...run.run, metadata } },
            { ...llm, parameters },
          ]) {
            for (const attribute of Object.values(encoded(span).attributes)) {
              const { value, type } = attribute ?? {};
              const actual = Array.isArray(value) ? "array" : typeof value;
              expect(actual).toBe(type === "integer" || type === "double" ? "number" : type);
            }
          }
        },
      ),
    );
  });
});
