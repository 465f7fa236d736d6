import { expect, it } from "vitest";
import { isSampled, sampleOf } from "../../src/kit/sampling.ts";

const IDS = Array.from({ length: 2000 }, (_, index) => `run-${index}`);

it("keeps all, none, or about the share that is wanted, always the same", () => {
  const kept = (rate: number): string[] => IDS.filter((id) => isSampled(id, rate));
  expect([kept(1).length, kept(0).length]).toEqual([2000, 0]);
  expect(kept(0.25).length).toBeGreaterThan(400);
  expect(kept(0.25).length).toBeLessThan(600);
  expect(kept(0.25)).toEqual(kept(0.25));
});

it("keeps at a higher rate what it keeps at a lower one", () => {
  expect(IDS.filter((id) => isSampled(id, 0.1)).every((id) => isSampled(id, 0.2))).toBe(true);
});

it("is a number from 0 up to 1", () => {
  expect(IDS.map(sampleOf).every((sample) => sample >= 0 && sample < 1)).toBe(true);
});
