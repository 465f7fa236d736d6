import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runSpan } from "../../testkit/test/support/finished-spans.ts";
import { Metrics } from "../src/metrics.ts";

interface Point {
  readonly timestamp: number;
  readonly value: number;
}

function metrics(): { metrics: Metrics; counts: Point[] } {
  const counts: Point[] = [];
  const stream = {
    add(text: string) {
      const { metric, points } = JSON.parse(text) as { metric: string; points: Point[] };
      if (metric === "charm.run.count") counts.push(...points);
    },
  };
  return { metrics: new Metrics({ tags: [], mlApp: "agent", host: "pod-7" }, stream), counts };
}

const total = (counts: readonly Point[]): number => counts.reduce((sum, { value }) => sum + value, 0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(Date.UTC(2026, 0, 5, 12));
});

afterEach(() => {
  vi.useRealTimers();
});

describe("metrics that are flushed five times a second", () => {
  it("have each a second of their own that is not ahead of the clock, and lose no count", () => {
    const { metrics: some, counts } = metrics();
    for (let flush = 0; flush < 1000; flush++) {
      some.add(runSpan);
      some.flush();
      expect((counts.at(-1)?.timestamp ?? 0) * 1000).toBeLessThanOrEqual(Date.now());
      vi.advanceTimersByTime(200);
    }
    some.endWindow();
    expect(new Set(counts.map(({ timestamp }) => timestamp)).size).toBe(counts.length);
    expect(total(counts)).toBe(1000);
  });
});

it("hands over within ten seconds what a flush has left", () => {
  const { metrics: some, counts } = metrics();
  some.add(runSpan);
  some.flush();
  some.add(runSpan);
  some.flush();
  expect(total(counts)).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(total(counts)).toBe(2);
});

it("hands over everything at the end, though this second had its metrics", () => {
  const { metrics: some, counts } = metrics();
  some.add(runSpan);
  some.flush();
  some.add(runSpan);
  some.endWindow();
  expect(total(counts)).toBe(2);
});
