import { describe, expect, it } from "vitest";
import { Watch, readTask } from "../../src/host/watch.ts";
import type { TaskState } from "../../src/host/watch.ts";

const BLOCKED_MS = 2000;

/** Checks every 500 ms; the thread's state is what `task` says at that time. */
function blockedAfter(
  beats: (now: number) => number,
  task: (now: number) => TaskState | undefined,
  times: number[] = Array.from({ length: 60 }, (_, check) => check * 500),
): number | undefined {
  const watch = new Watch(0);
  return times.find((now) => watch.isBlocked(beats(now), BLOCKED_MS, now, () => task(now)));
}

const frozen = (): number => 7;
const busy = (now: number): TaskState => ({ state: "R", cpuMs: now });
const asleep = (): TaskState => ({ state: "S", cpuMs: 10 });
const starved = (now: number): TaskState => ({ state: "R", cpuMs: now / 100 });

describe("a thread", () => {
  it("that gives signs of life is never blocked", () => {
    expect(blockedAfter((now) => now, busy)).toBeUndefined();
  });

  it("that is silent and busy, or asleep in a call, is blocked after the time it has", () => {
    expect(blockedAfter(frozen, busy)).toBe(BLOCKED_MS);
    expect(blockedAfter(frozen, asleep)).toBe(BLOCKED_MS);
  });

  it("of which the system says nothing is judged by its silence", () => {
    expect(blockedAfter(frozen, () => undefined)).toBe(BLOCKED_MS);
  });

  it("that would run if it were let is given much more time", () => {
    expect(blockedAfter(frozen, starved)).toBe(10 * BLOCKED_MS);
  });

  it("that waits for a disk, or is asleep now and then, is given as much", () => {
    expect(blockedAfter(frozen, () => ({ state: "D", cpuMs: 10 }))).toBe(10 * BLOCKED_MS);
    expect(blockedAfter(frozen, (now) => (now % 1000 === 0 ? asleep() : starved(now)))).toBe(10 * BLOCKED_MS);
  });

  it("is not blamed for the sleep of the one that watches", () => {
    const times = [0, 500, 60_000, 60_500, 61_000, 61_500, 62_000];
    expect(blockedAfter(frozen, busy, times)).toBe(62_000);
  });

  it("is silent from its last sign of life on", () => {
    const watch = new Watch(0);
    watch.isBlocked(1, BLOCKED_MS, 100, asleep);
    expect(watch.silentMs(1, 400)).toBe(300);
    expect(watch.silentMs(2, 400)).toBe(0);
  });
});

it("the system's word on this very thread is that it runs", () => {
  expect(readTask(process.pid)).toMatchObject({ state: "R", cpuMs: expect.any(Number) });
  expect(readTask(process.pid)?.cpuMs).toBeGreaterThan(0);
  expect(readTask(0)).toBeUndefined();
  expect(readTask(2 ** 30)).toBeUndefined();
});
