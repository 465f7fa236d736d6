import { describe, expect, test } from "vitest";
import { loadRecordings } from "../../src/index.ts";
import { importStream } from "../../src/recorded/streams/import-stream.ts";
import type { LlmStep } from "../../src/index.ts";
import { readRecordingFiles } from "../../src/recorded/load.ts";
import { fixture } from "../support/fixtures.ts";
import { llmSteps } from "../support/runs.ts";

const runs = loadRecordings("ai-sdk-streams");

function stepsOf(id: string): LlmStep[] {
  return llmSteps(runs.filter((run) => run.id === id));
}

test.each<[string, number, Partial<LlmStep>]>([
  ["openai/openai-text", 300, { provider: "openai", model: "gpt-4.1-nano-2025-04-14", finishReason: "stop" }],
  [
    "openai/openai-completion-text",
    16,
    { provider: "openai", model: "gpt-3.5-turbo-instruct:20230824-v2", finishReason: "length" },
  ],
  ["openai/azure-model-router.1", 4, { provider: "openai", model: "gpt-5-nano-2025-08-07" }],
  ["openai-responses/openai-phase.1", 4, { provider: "openai", model: "gpt-5.3-codex", finishReason: "completed" }],
  ["azure/azure-text.1", 1, { provider: "azure.ai.openai", model: "gpt-5.1" }],
  ["azure/azure-deepseek-reasoning.1", 337, { provider: "azure.ai.openai", model: "deepseek-v4-pro" }],
  [
    "anthropic/anthropic-text",
    6,
    { provider: "anthropic", model: "claude-sonnet-4-5-20250929", finishReason: "end_turn" },
  ],
  ["groq/groq-text", 661, { provider: "groq", model: "llama-3.3-70b-versatile" }],
  ["mistral/mistral-text", 6, { provider: "mistral_ai", model: "mistral-small-latest" }],
  ["openai-compatible/xai-text", 2, { provider: "x_ai", model: "grok-3-mini" }],
])("%s is read as %i tokens of its model", (id, count, expected) => {
  const [step, ...others] = stepsOf(id);
  expect(others).toEqual([]);
  expect(step).toMatchObject(expected);
  expect(step?.tokens).toHaveLength(count);
});

test("the pieces of a text join to what the provider itself put together", () => {
  const whole = readRecordingFiles("ai-sdk-streams").flatMap(({ path, text }) => {
    const done = text.split("\n").filter((line) => line.includes('"response.output_text.done"'));
    const texts = done.map((line) => (JSON.parse(line) as { text: string }).text);
    // Fixtures from which their maintainers have cut pieces of the middle.
    const isTrimmed = /phase|shell-container|compaction|reasoning-encrypted|programmatic/.test(path);
    return texts.length === 0 || isTrimmed ? [] : [[path.replace(".chunks.txt", ""), texts.join("")] as const];
  });
  expect(whole.length).toBeGreaterThan(5);
  const read = whole.map(([id]) => [
    id,
    stepsOf(id)
      .flatMap(({ tokens }) => tokens)
      .join(""),
  ]);
  expect(read).toEqual(whole);
});

describe("reasoning is kept apart from the answer", () => {
  test.each([
    ["anthropic/anthropic-clear-thinking.1", 9],
    ["openai-responses/openai-reasoning-encrypted-content.1", 32],
    ["azure/azure-deepseek-reasoning.1", 445],
    ["groq/groq-reasoning", 963],
    ["mistral/mistral-reasoning", 2],
    ["openai-compatible/xai-text", 340],
  ])("%s has %i pieces of it", (id, count) => {
    expect(stepsOf(id)[0]?.reasoning).toHaveLength(count);
  });
});

describe("tool calls", () => {
  test.each([
    [
      "openai-responses/openai-client-tool-search.2",
      "get_weather",
      { location: "San Francisco, CA", unit: "fahrenheit" },
    ],
    ["azure/azure-tool-call.1", "weather", { location: "San Francisco" }],
    ["anthropic/anthropic-json-other-tool.1", "weather", { location: "San Francisco" }],
    ["anthropic/anthropic-tool-no-args", "updateIssueList", {}],
    ["groq/groq-tool-call", "weather", {}],
    ["mistral/mistral-incremental-tool-call", "webSearchTool", { query: "current Berlin weather" }],
    ["mistral/mistral-tool-call", "weather", { location: "San Francisco" }],
    ["openai-compatible/xai-tool-call", "weather", { location: "San Francisco" }],
  ])("%s calls %s with its arguments put together", (id, name, input) => {
    const [call] = stepsOf(id)[0]?.toolCalls ?? [];
    expect(call?.name).toBe(name);
    expect(JSON.parse(call?.input ?? "")).toEqual(input);
  });

  test("of the provider's own tools carry their results, at their place between the tokens", () => {
    const [step] = stepsOf("anthropic/anthropic-code-execution-20250825.1");
    expect(step?.toolCalls?.map(({ name }) => name)).toEqual(["text_editor_code_execution", "bash_code_execution"]);
    expect(step?.toolResults?.map(({ toolCallId }) => toolCallId)).toEqual(step?.toolCalls?.map(({ id }) => id));
    expect(step?.toolResults?.[1]?.output).toContain("The 10th Fibonacci number is: 34");
    const places = [step?.toolCalls?.[0], step?.toolResults?.[0], step?.toolCalls?.[1], step?.toolResults?.[1]].map(
      (item) => item?.afterTokens ?? -1,
    );
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places.at(-1)).toBeLessThan(step?.tokens.length ?? 0);
  });

  test("may get their result in a later answer", () => {
    const [asking, answering] = stepsOf("anthropic/anthropic-programmatic-tool-calling.1");
    expect(answering?.toolResults?.[0]?.toolCallId).toBe(asking?.toolCalls?.[0]?.id);
  });

  test("of OpenAI's own tools carry results too, an image among them", () => {
    const [step] = stepsOf("openai-responses/openai-image-generation-tool.1");
    expect(step?.toolResults?.[0]?.output?.slice(0, 8)).toBe("UklGRuIW");
    expect(stepsOf("openai-responses/openai-mcp-tool-approval.4")[0]?.toolResults?.[0]?.output).toContain(
      "Short URL created",
    );
  });
});

describe("usage counts cached tokens as input and reasoning as output, once", () => {
  test.each<[string, LlmStep["usage"]]>([
    [
      "openai/azure-model-router.1",
      { inputTokens: 15, outputTokens: 78, totalTokens: 93, cachedInputTokens: 0, reasoningTokens: 64 },
    ],
    [
      "openai-responses/openai-web-search-tool.1",
      { inputTokens: 31_073, outputTokens: 4416, totalTokens: 35_489, cachedInputTokens: 3712, reasoningTokens: 3712 },
    ],
    // 6 fresh, 3337 written to the cache, 6289 read from it.
    [
      "anthropic/anthropic-code-execution-20260120-prompt-cache.1",
      { inputTokens: 9632, outputTokens: 198, totalTokens: 9830, cachedInputTokens: 6289, reasoningTokens: 0 },
    ],
    // 61 replaces the 43 of the message's start.
    [
      "anthropic/anthropic-message-delta-input-tokens",
      { inputTokens: 61, outputTokens: 2, totalTokens: 63, cachedInputTokens: 0 },
    ],
    // The compaction's 60 385 and 522 come on top; an advisor's tokens are another model's.
    [
      "anthropic/anthropic-compaction.1",
      { inputTokens: 60_997, outputTokens: 3341, totalTokens: 64_338, cachedInputTokens: 0 },
    ],
    [
      "anthropic/anthropic-advisor-20250301.1",
      { inputTokens: 4727, outputTokens: 3391, totalTokens: 8118, cachedInputTokens: 0 },
    ],
    // xAI's 26 leave its 227 of reasoning out.
    [
      "openai-compatible/xai-tool-call",
      { inputTokens: 307, outputTokens: 253, totalTokens: 560, cachedInputTokens: 306, reasoningTokens: 227 },
    ],
    ["groq/groq-reasoning", { inputTokens: 17, outputTokens: 1107, totalTokens: 1124, reasoningTokens: 963 }],
    [
      "mistral/mistral-incremental-tool-call",
      { inputTokens: 171, outputTokens: 14, totalTokens: 185, cachedInputTokens: 128 },
    ],
  ])("%s", (id, usage) => {
    expect(stepsOf(id)[0]?.usage).toEqual(usage);
  });

  test("and its total is the provider's own, wherever there is one", () => {
    let compared = 0;
    for (const { path, text } of readRecordingFiles("ai-sdk-streams")) {
      const events = text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => JSON.parse(line) as { usage?: Totals; response?: { usage?: Totals } });
      const totals = events.flatMap(({ usage, response }) => (usage ?? response?.usage)?.total_tokens ?? []);
      if (totals.length === 0) continue;
      compared += totals.length;
      const steps = stepsOf(path.replace(".chunks.txt", ""));
      expect({ path, totals: steps.map(({ usage }) => usage?.totalTokens) }).toEqual({ path, totals });
    }
    expect(compared).toBe(46);
  });
});

interface Totals {
  readonly total_tokens?: number;
}

test("a provider's error fails the stream and the run, once", () => {
  const run = runs.find(({ id }) => id === "openai-responses/openai-error.1");
  const error = {
    name: "insufficient_quota",
    code: "insufficient_quota",
    message: expect.stringContaining("exceeded your current quota"),
  };
  expect(run).toMatchObject({ failed: true, error, steps: [{ tokens: [], error }] });
});

test("several answers in one file are several steps", () => {
  const steps = stepsOf("openai-responses/openai-reasoning-encrypted-content.1");
  expect(steps.map(({ toolCalls }) => toolCalls?.length ?? 0)).toEqual([1, 1, 1, 0]);
});

describe("Google's streams", () => {
  test("are read from server-sent events, tokens of thoughts and tools included in usage", () => {
    const run = importStream({ path: "google/file-search.sse", text: fixture("google/file-search.sse") });
    expect(run.steps).toEqual([
      {
        type: "llm",
        provider: "gcp.gemini",
        model: "gemini-2.5-pro",
        tokens: [
          "The capital of France",
          " is Paris. The city is well-known for its",
          " famous landmarks, including the Eiffel Tower.",
        ],
        usage: { inputTokens: 785, outputTokens: 779, totalTokens: 1564, reasoningTokens: 742 },
        finishReason: "STOP",
      },
    ]);
  });

  test("hold thoughts and calls without ids (made by hand)", () => {
    const event = (parts: unknown[]): string =>
      JSON.stringify({
        candidates: [{ content: { parts, role: "model" } }],
        responseId: "r1",
        modelVersion: "gemini-2.5-pro",
      });
    const calls = [{ functionCall: { name: "weather", args: { city: "Paris" } } }, { functionCall: { name: "now" } }];
    const text = [event([{ text: "Let me see", thought: true }]), event([{ text: "One moment." }]), event(calls)].join(
      "\n",
    );
    expect(importStream({ path: "google/made-by-hand", text }).steps[0]).toMatchObject({
      tokens: ["One moment."],
      reasoning: ["Let me see"],
      toolCalls: [
        { id: "call-1", name: "weather", input: '{"city":"Paris"}', afterTokens: 1 },
        { id: "call-2", name: "now", input: "{}", afterTokens: 1 },
      ],
    });
  });
});

test("server-sent events are read like bare lines", () => {
  for (const file of readRecordingFiles("ai-sdk-streams").slice(0, 5)) {
    const sse = file.text
      .split("\n")
      .map((line) => `event: message\r\ndata: ${line}\r\n\r\n`)
      .join("");
    expect(importStream({ path: file.path, text: `: a comment\r\n${sse}data: [DONE]\r\n\r\n` })).toEqual(
      importStream(file),
    );
  }
});
