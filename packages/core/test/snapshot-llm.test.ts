import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snapshotRequest, snapshotResponse } from "../src/snapshot-llm.ts";
import { HOSTILE_NAMES, hostile } from "./support/hostile.ts";

const counter = (): { truncated: number } => ({ truncated: 0 });

describe("a snapshot of a request to a model", () => {
  it("keeps what the contract knows, and nothing else", () => {
    expect(
      snapshotRequest(
        {
          model: "gpt-x",
          provider: "openai",
          name: "planner",
          messages: [
            { role: "system", content: "be brief" },
            { role: "user", content: [{ type: "text", text: "hi" }] },
            { role: "assistant", toolCalls: [{ id: "c1", name: "search", arguments: { q: "x" } }] },
            { role: "tool", content: "found", toolCallId: "c1", extra: true },
          ],
          parameters: { temperature: 0.5, stop: ["\n"] },
          apiKey: "left out",
        },
        counter(),
      ),
    ).toEqual({
      model: "gpt-x",
      provider: "openai",
      name: "planner",
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: '[{"type":"text","text":"hi"}]' },
        { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "search", arguments: '{"q":"x"}' }] },
        { role: "tool", content: "found", toolCallId: "c1" },
      ],
      parameters: { temperature: 0.5, stop: ["\n"] },
    });
  });

  it("takes a history in the form of OpenAI's API", () => {
    const messages = [
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "search", arguments: '{"q":"x"}' } }],
      },
      { role: "tool", tool_call_id: "c1", content: "found" },
    ];
    expect(snapshotRequest({ model: "m", messages }, counter()).messages).toEqual([
      { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "search", arguments: '{"q":"x"}' }] },
      { role: "tool", content: "found", toolCallId: "c1" },
    ]);
  });

  it.each([
    ["a text", "hello", [{ role: "user", content: "hello" }]],
    ["one message", { role: "user", content: "hello" }, [{ role: "user", content: "hello" }]],
    ["texts", ["a", "b"], [{ role: "user", content: '["a","b"]' }]],
    ["something without roles", [{ text: "a" }], [{ role: "user", content: '[{"text":"a"}]' }]],
    ["an empty list", [], []],
    ["nothing", null, undefined],
  ])("loses no prompt that is %s", (_, messages, expected) => {
    expect(snapshotRequest({ model: "m", messages }, counter()).messages).toEqual(expected);
  });

  it("is taken inside the call", () => {
    const messages = [{ role: "user", content: "before" }];
    const request = snapshotRequest({ model: "m", messages }, counter());
    messages[0] = { role: "user", content: "after" };
    expect(request.messages).toEqual([{ role: "user", content: "before" }]);
  });

  it.each(HOSTILE_NAMES)("holds against %s in every position", (name) => {
    const value = hostile(name);
    for (const request of [
      value,
      { model: value, provider: value, name: value, parameters: value },
      { model: "m", messages: value },
      { model: "m", messages: [{ role: "user", content: value, toolCalls: value, toolCallId: value }] },
      {
        model: "m",
        messages: [{ role: "assistant", toolCalls: [value, { id: value, name: value, arguments: value }] }],
      },
    ]) {
      const snapshot = snapshotRequest(request, counter());
      expect(typeof snapshot.model).toBe("string");
      expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    }
  });
});

describe("a snapshot of a model's response", () => {
  it("keeps what the contract knows, and nothing else", () => {
    const usage = {
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      cachedInputTokens: 2,
      reasoningTokens: 1,
      cost: 3,
    };
    expect(
      snapshotResponse({ output: "text", usage, finishReason: "stop", timeToFirstTokenMs: 12.5, raw: {} }, counter()),
    ).toEqual({
      output: "text",
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 2, reasoningTokens: 1 },
      finishReason: "stop",
      timeToFirstTokenMs: 12.5,
    });
  });

  it.each([
    ["text alone", "text", { output: "text" }],
    ["nothing", undefined, {}],
    ["messages", { output: [{ role: "assistant", content: "a" }] }, { output: [{ role: "assistant", content: "a" }] }],
    ["one message", { output: { role: "assistant", content: "a" } }, { output: [{ role: "assistant", content: "a" }] }],
    ["an object", { output: { answer: 42 } }, { output: '{"answer":42}' }],
    ["parts without roles", { output: [{ type: "text" }] }, { output: '[{"type":"text"}]' }],
    ["null", { output: null, usage: null, finishReason: null }, {}],
    ["counts that are none", { usage: { inputTokens: -1, outputTokens: "5", totalTokens: Number.NaN } }, { usage: {} }],
  ])("takes %s", (_, response, expected) => {
    expect(snapshotResponse(response, counter())).toEqual(expected);
  });

  it("is JSON for anything", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (output, usage) => {
        const snapshot = snapshotResponse({ output, usage }, counter());
        expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
      }),
    );
  });

  it.each(HOSTILE_NAMES)("holds against %s in every position", (name) => {
    const value = hostile(name);
    for (const response of [
      value,
      { output: value, finishReason: value, timeToFirstTokenMs: value },
      { output: [{ role: "assistant", content: value }], usage: value },
      { usage: { inputTokens: value, totalTokens: value } },
    ]) {
      const snapshot = snapshotResponse(response, counter());
      expect(JSON.parse(JSON.stringify(snapshot))).toEqual(JSON.parse(JSON.stringify(snapshot)));
      expect(["string", "object", "undefined"]).toContain(typeof snapshot.output);
    }
  });
});
