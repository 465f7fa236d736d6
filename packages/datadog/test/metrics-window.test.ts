import type { FinishedSpan, LlmSpan, RunSpan, ToolSpan } from "@charm/telemetry-core/kit";
import { describe, expect, it } from "vitest";
import { llmSpan, runSpan, toolSpan } from "../../testkit/test/support/finished-spans.ts";
import { MetricsWindow } from "../src/metrics-window.ts";

const NOW = Date.UTC(2026, 0, 5, 12, 0, 0, 250);
const SECONDS = Math.floor(NOW / 1000);

const ended = { startTimeUnixMs: NOW - 2000, endTimeUnixMs: NOW };
const run: RunSpan = { ...runSpan, ...ended };
const tool: ToolSpan = { ...toolSpan, ...ended };
const llm: LlmSpan = {
  ...llmSpan,
  ...ended,
  usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60, reasoningTokens: 5, totalTokens: 120 },
  timeToFirstTokenMs: 350,
};

interface Series {
  readonly metric: string;
  readonly type: number;
  readonly points: readonly [{ readonly timestamp: number; readonly value: number }];
  readonly tags: readonly string[];
  readonly unit: string;
  readonly interval?: number;
}

function seriesOf(...spans: FinishedSpan[]): Series[] {
  const window = new MetricsWindow({ tags: ["env:test"], host: "pod-7" });
  for (const span of spans) window.add(span, NOW - 10_000);
  return window.take(NOW).map((text) => JSON.parse(text) as Series);
}

/** `metric{tags}` to its value, without the tags that all have. */
function valuesOf(...spans: FinishedSpan[]): Record<string, number> {
  return Object.fromEntries(
    seriesOf(...spans).map(({ metric, tags, points }) => [`${metric}{${tags.slice(1).join(",")}}`, points[0].value]),
  );
}

describe("a window of metrics", () => {
  it("counts runs by their status, and says how long they took", () => {
    const failed: RunSpan = { ...run, status: "error", error: new Error("no"), startTimeUnixMs: NOW - 500 };
    expect(valuesOf(run, { ...run, startTimeUnixMs: NOW - 1000 }, failed)).toEqual({
      "charm.run.count{status:ok}": 2,
      "charm.run.duration{status:ok}": 1.5,
      "charm.run.count{status:error}": 1,
      "charm.run.duration{status:error}": 0.5,
    });
  });

  it("counts tool calls and their errors by tool", () => {
    const failed: ToolSpan = { ...tool, name: "book flight", status: "error", error: new Error("no") };
    expect(valuesOf(tool, tool, failed)).toEqual({
      "charm.tool.count{tool:search,status:ok}": 2,
      "charm.tool.duration{tool:search,status:ok}": 2,
      "charm.tool.count{tool:book_flight,status:error}": 1,
      "charm.tool.duration{tool:book_flight,status:error}": 2,
      "charm.tool.error{tool:book_flight,status:error}": 1,
    });
  });

  it("adds up tokens by kind, and has the mean time to the first one", () => {
    expect(valuesOf(llm, { ...llm, timeToFirstTokenMs: 650 })).toEqual({
      "charm.llm.tokens{model:gpt-4o-mini,kind:input,status:ok}": 200,
      "charm.llm.tokens{model:gpt-4o-mini,kind:output,status:ok}": 40,
      "charm.llm.tokens{model:gpt-4o-mini,kind:cached_input,status:ok}": 120,
      "charm.llm.tokens{model:gpt-4o-mini,kind:reasoning,status:ok}": 10,
      "charm.llm.time_to_first_token{model:gpt-4o-mini,status:ok}": 0.5,
    });
  });

  it("leaves out what is not known", () => {
    expect(valuesOf({ ...llm, model: undefined, usage: { outputTokens: 1 }, timeToFirstTokenMs: undefined })).toEqual({
      "charm.llm.tokens{model:unknown,kind:output,status:ok}": 1,
    });
    expect(valuesOf({ ...llm, usage: { inputTokens: Number.NaN }, timeToFirstTokenMs: undefined })).toEqual({});
  });

  it("is series of the metrics API: counts with their interval, means as gauges, units, whole seconds, a host", () => {
    expect(seriesOf(run)).toEqual([
      {
        metric: "charm.run.count",
        type: 1,
        interval: 10,
        points: [{ timestamp: SECONDS, value: 1 }],
        tags: ["env:test", "status:ok"],
        resources: [{ type: "host", name: "pod-7" }],
        unit: "run",
      },
      {
        metric: "charm.run.duration",
        type: 3,
        points: [{ timestamp: SECONDS, value: 2 }],
        tags: ["env:test", "status:ok"],
        resources: [{ type: "host", name: "pod-7" }],
        unit: "second",
      },
    ]);
  });

  it.each([
    [0, 1],
    [400, 1],
    [2600, 3],
    [10_012, 10],
  ])("has the interval of what it lasted, in whole seconds: %d ms are %d s", (ms, interval) => {
    const window = new MetricsWindow({ tags: [], host: "pod-7" });
    window.add(run, NOW - ms);
    window.add(run, NOW);
    expect((JSON.parse(window.take(NOW)[0] ?? "") as Series).interval).toBe(interval);
  });

  it("counts a span whose start or end is not known, but not for how long it took", () => {
    expect(valuesOf(tool, { ...tool, isPartial: true, startTimeUnixMs: NOW })).toEqual({
      "charm.tool.count{tool:search,status:ok}": 2,
      "charm.tool.duration{tool:search,status:ok}": 2,
    });
    expect(valuesOf({ ...run, isPartial: true, status: "aborted" })).toEqual({ "charm.run.count{status:aborted}": 1 });
  });

  it.each([
    ["Search", "search", "search"],
    ["a@b", "a_b", "a_b"],
    ["get__x", "get_x", "get_x"],
    ["find!", "find", "find"],
    ["x".repeat(500), `${"x".repeat(500)}y`, "x".repeat(195)],
    [`${"x".repeat(194)}@y`, "x".repeat(194), "x".repeat(194)],
    ["@", "", "unknown"],
  ])("has one series for %j and %j: Datadog makes the same tag of them", (left, right, name) => {
    expect(valuesOf({ ...tool, name: left }, { ...tool, name: right })).toEqual({
      [`charm.tool.count{tool:${name},status:ok}`]: 2,
      [`charm.tool.duration{tool:${name},status:ok}`]: 2,
    });
  });

  it("begins anew when it has been taken, and never has the time of another: the later one would replace it", () => {
    const window = new MetricsWindow({ tags: [], host: "pod-7" });
    const times = [1, 2, 3].map(() => {
      window.add(run, NOW);
      return (JSON.parse(window.take(NOW)[0] ?? "") as Series).points[0];
    });
    expect(times.map(({ timestamp }) => timestamp - SECONDS)).toEqual([0, 1, 2]);
    expect(times.map(({ value }) => value)).toEqual([1, 1, 1]);
    expect(window.take(NOW)).toEqual([]);
  });

  it("tells 100 tools apart; further ones are others", () => {
    const many = Array.from({ length: 150 }, (_, index) => ({ ...tool, name: `tool-${index}` }));
    const counts = Object.entries(valuesOf(...many)).filter(([key]) => key.startsWith("charm.tool.count"));
    expect(counts).toHaveLength(101);
    expect(Object.fromEntries(counts)["charm.tool.count{tool:other,status:ok}"]).toBe(50);
  });

  it.each(["", "  ", ",,", "a,b:c\nd", "名前", "x".repeat(500)])("has a tag for a tool called %j", (name) => {
    const [series] = seriesOf({ ...tool, name });
    const tag = series?.tags[1] ?? "";
    expect(tag).toMatch(/^tool:[\p{Ll}\p{Lo}\d_\-:./]*[^_]$/u);
    expect(tag.length).toBeLessThanOrEqual(200);
  });
});
