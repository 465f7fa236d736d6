import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { contain } from "../../src/host/contain.ts";
import type { Settled } from "../../src/host/contain.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function run(code: () => unknown): { settled: Settled[]; late: unknown[] } {
  const told = { settled: [] as Settled[], late: [] as unknown[] };
  contain(
    "the hook",
    100,
    code,
    (settled) => told.settled.push(settled),
    (value) => told.late.push(value),
  );
  return told;
}

it("tells at once what synchronous code has returned or thrown", () => {
  const error = new Error("no");
  expect(run(() => 1).settled).toEqual([{ isOk: true, value: 1 }]);
  expect(
    run(() => {
      throw error;
    }).settled,
  ).toEqual([{ isOk: false, error, isLate: false }]);
});

it("waits for promises of any make", async () => {
  const thenable = { then: (resolve: (value: string) => void) => resolve("mine") };
  const told = [run(async () => "theirs"), run(() => thenable), run(() => Promise.reject(new Error("no")))];
  await vi.advanceTimersByTimeAsync(0);
  expect(told.map(({ settled }) => settled)).toMatchObject([
    [{ value: "theirs" }],
    [{ value: "mine" }],
    [{ isOk: false, isLate: false }],
  ]);
});

it("gives up at the deadline and tells what came later", async () => {
  const told = run(() => new Promise((resolve) => setTimeout(resolve, 150, "late")));
  await vi.advanceTimersByTimeAsync(100);
  expect(told.settled).toMatchObject([
    { isOk: false, isLate: true, error: { message: "the hook took longer than 0.1 s" } },
  ]);
  await vi.advanceTimersByTimeAsync(50);
  expect(told.late).toEqual(["late"]);
  expect(told.settled).toHaveLength(1);
});

it("keeps a late rejection from becoming an unhandled one", async () => {
  const told = run(() => new Promise((_, reject) => setTimeout(reject, 150, new Error("late"))));
  await vi.advanceTimersByTimeAsync(200);
  expect(told.settled).toHaveLength(1);
  expect(told.late).toEqual([]);
});

it("tells once of a thenable that answers twice, or throws after it has answered", async () => {
  const twice = {
    then: (resolve: (value: number) => void) => {
      resolve(1);
      resolve(2);
      throw new Error("no");
    },
  };
  const told = run(() => twice);
  await vi.advanceTimersByTimeAsync(200);
  expect(told.settled).toEqual([{ isOk: true, value: 1 }]);
});
