import { expect, it } from "vitest";
import { runUuid } from "../src/address.ts";
import { isSampled } from "../src/sampling.ts";

it("keeps all, none, or about the share that is wanted, always the same traces", () => {
  const traces = Array.from({ length: 2000 }, (_, index) => runUuid(`run-${index}`));
  const kept = (rate: number): number => traces.filter((trace) => isSampled(trace, rate)).length;
  expect([kept(1), kept(0)]).toEqual([2000, 0]);
  expect(kept(0.25)).toBeGreaterThan(400);
  expect(kept(0.25)).toBeLessThan(600);
  expect(traces.filter((trace) => isSampled(trace, 0.1)).every((trace) => isSampled(trace, 0.2))).toBe(true);
});
