import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/exporter.ts";
import { BatchQueue, QUEUE_LIMITS } from "../../src/kit/batch-queue.ts";
import type { BatchQueueLimits } from "../../src/kit/batch-queue.ts";
import { FakeClock, settled } from "../support/fake-clock.ts";

type Answer = Outcome | readonly Outcome[];

interface Sent {
  readonly batch: readonly number[];
  readonly signal: AbortSignal;
  answer(outcome: Answer): void;
  fail(error: unknown): void;
}

/** A queue whose sends the test answers. */
function start(limits: Partial<BatchQueueLimits> = {}): {
  queue: BatchQueue<number>;
  clock: FakeClock;
  sends: Sent[];
  outcomes: Map<number, Outcome[]>;
  errors: unknown[];
} {
  const clock = new FakeClock();
  const sends: Sent[] = [];
  const outcomes = new Map<number, Outcome[]>();
  const errors: unknown[] = [];
  const queue = new BatchQueue<number>(
    { ...QUEUE_LIMITS, batchSize: 3, concurrency: 1, ...limits },
    {
      send: (batch, signal) =>
        new Promise((answer, fail) => {
          sends.push({ batch, signal, answer, fail });
        }),
      settle: (item, outcome) => outcomes.set(item, [...(outcomes.get(item) ?? []), outcome]),
      fail: (error) => errors.push(error),
    },
    clock,
  );
  return { queue, clock, sends, outcomes, errors };
}

const never = new AbortController().signal;
const fill = (queue: BatchQueue<number>, from: number, to: number, bytes = 1): void => {
  for (let item = from; item <= to; item++) queue.add(item, bytes);
};

describe("sends", () => {
  it("a full batch at once", () => {
    const { queue, sends } = start();
    fill(queue, 1, 4);
    expect(sends.map((sent) => sent.batch)).toEqual([[1, 2, 3]]);
  });

  it("a batch that is large enough in bytes", () => {
    const { queue, sends } = start({ maxBatchBytes: 100 });
    queue.add(1, 60);
    expect(sends).toEqual([]);
    queue.add(2, 60);
    expect(sends.map((sent) => sent.batch)).toEqual([[1]]);
  });

  it("a single item that is larger than a batch", () => {
    const { queue, sends } = start({ maxBatchBytes: 100 });
    queue.add(1, 1000);
    expect(sends.map((sent) => sent.batch)).toEqual([[1]]);
  });

  it("what is not full after the interval", async () => {
    const { queue, clock, sends } = start({ flushIntervalMs: 1000 });
    queue.add(1, 1);
    await clock.pass(999);
    expect(sends).toEqual([]);
    await clock.pass(1);
    expect(sends.map((sent) => sent.batch)).toEqual([[1]]);
  });

  it("no more at once than it may, and the next when one has settled", async () => {
    const { queue, sends } = start({ concurrency: 2 });
    fill(queue, 1, 9);
    expect(sends.map((sent) => sent.batch)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    sends[1]?.answer("delivered");
    await settled();
    expect(sends[2]?.batch).toEqual([7, 8, 9]);
  });

  it("goes on after a send that threw", async () => {
    const { queue, sends, outcomes, errors } = start();
    fill(queue, 1, 6);
    sends[0]?.fail(new Error("bug"));
    await settled();
    expect([...outcomes]).toEqual([
      [1, ["failed"]],
      [2, ["failed"]],
      [3, ["failed"]],
    ]);
    expect(errors).toMatchObject([{ message: "bug" }]);
    expect(sends[1]?.batch).toEqual([4, 5, 6]);
  });

  it("goes on after a send that never settles", async () => {
    const { queue, clock, sends, outcomes } = start({ sendTimeoutMs: 5000 });
    fill(queue, 1, 6);
    await clock.pass(5000);
    expect(outcomes.get(1)).toEqual(["deadline"]);
    expect(sends[1]?.batch).toEqual([4, 5, 6]);
    sends[0]?.answer("delivered");
    await settled();
    expect(outcomes.get(1)).toEqual(["deadline"]);
  });
});

describe("outcomes", () => {
  it("may differ within a batch; one that is missing is failed", async () => {
    const { queue, sends, outcomes } = start();
    fill(queue, 1, 3);
    sends[0]?.answer(["delivered", "rejected"]);
    await settled();
    expect([...outcomes.values()]).toEqual([["delivered"], ["rejected"], ["failed"]]);
  });
});

describe("a send in JavaScript", () => {
  it("that returns nothing has failed, and is told so", async () => {
    const { queue, sends, outcomes, errors } = start();
    fill(queue, 1, 3);
    sends[0]?.answer(undefined as never);
    await settled();
    expect([...outcomes.values()]).toEqual([["failed"], ["failed"], ["failed"]]);
    expect(errors).toMatchObject([{ code: "CONTRACT", message: expect.stringContaining("must return an outcome") }]);
  });

  it("that makes up an outcome has failed", async () => {
    const { queue, sends, outcomes } = start();
    fill(queue, 1, 3);
    sends[0]?.answer(["delivered", "fine", 7] as never);
    await settled();
    expect([...outcomes.values()]).toEqual([["delivered"], ["failed"], ["failed"]]);
  });
});

describe("bounds", () => {
  it("drops the oldest of too many", () => {
    const { queue, outcomes, sends } = start({ maxQueueItems: 4 });
    fill(queue, 1, 9);
    expect(sends.map((sent) => sent.batch)).toEqual([[1, 2, 3]]);
    expect([...outcomes]).toEqual([
      [4, ["queue_full"]],
      [5, ["queue_full"]],
    ]);
    expect(queue.items).toEqual([1, 2, 3, 6, 7, 8, 9]);
  });

  it("drops the oldest when they are too large", () => {
    const { queue, outcomes } = start({ maxQueueBytes: 100, maxBatchBytes: 50 });
    fill(queue, 1, 4, 60);
    expect([...outcomes]).toEqual([
      [2, ["queue_full"]],
      [3, ["queue_full"]],
    ]);
  });
});

describe("flush", () => {
  it("sends what waits and resolves when everything before it has settled", async () => {
    const { queue, sends } = start();
    fill(queue, 1, 4);
    let isDone = false;
    const flushed = queue.flush(never).then(() => (isDone = true));
    await settled();
    expect(sends).toHaveLength(1);
    sends[0]?.answer("delivered");
    await settled();
    expect(sends[1]?.batch).toEqual([4]);
    expect(isDone).toBe(false);
    sends[1]?.answer("retries");
    await flushed;
  });

  it("does not wait for what comes after it", async () => {
    const { queue, sends } = start({ concurrency: 2 });
    queue.add(1, 1);
    const flushed = queue.flush(never);
    fill(queue, 2, 4);
    expect(sends).toHaveLength(2);
    sends[0]?.answer("delivered");
    await flushed;
  });

  it("resolves at once when there is nothing", async () => {
    expect(await start().queue.flush(never)).toBeUndefined();
  });

  it("gives up waiting when time is up, and leaves the sends alone", async () => {
    const { queue, sends, outcomes } = start();
    queue.add(1, 1);
    const stop = new AbortController();
    const flushed = queue.flush(stop.signal);
    stop.abort();
    await flushed;
    expect(outcomes.size).toBe(0);
    expect(sends[0]?.signal.aborted).toBe(false);
  });
});

describe("shutdown", () => {
  it("delivers what waits", async () => {
    const { queue, sends, outcomes } = start();
    queue.add(1, 1);
    const stopped = queue.shutdown(never);
    sends[0]?.answer("delivered");
    await stopped;
    expect([...outcomes]).toEqual([[1, ["delivered"]]]);
  });

  it("settles everything when time is up, even when a send ignores the signal", async () => {
    const { queue, sends, outcomes, clock } = start();
    fill(queue, 1, 5);
    const stop = new AbortController();
    const stopped = queue.shutdown(stop.signal);
    stop.abort();
    await clock.pass(20);
    await stopped;
    expect(sends[0]?.signal.aborted).toBe(true);
    expect([...outcomes.values()]).toEqual(Array.from({ length: 5 }, () => ["deadline"]));
    sends[0]?.answer("delivered");
    await settled();
    expect(outcomes.get(1)).toEqual(["deadline"]);
  });

  it("takes the word of a send that stops when time is up: what was acknowledged stays so", async () => {
    const { queue, sends, outcomes } = start();
    fill(queue, 1, 5);
    sends[0]?.signal.addEventListener("abort", () => sends[0]?.answer(["delivered", "delivered", "unknown"]));
    const stop = new AbortController();
    const stopped = queue.shutdown(stop.signal);
    stop.abort();
    await stopped;
    expect([1, 2, 3, 4, 5].map((item) => outcomes.get(item))).toEqual([
      ["delivered"],
      ["delivered"],
      ["unknown"],
      ["deadline"],
      ["deadline"],
    ]);
  });

  it("refuses what comes after it, and shares one end", async () => {
    const { queue, outcomes } = start();
    const stopped = queue.shutdown(never);
    expect(queue.shutdown(never)).toBe(stopped);
    await stopped;
    queue.add(1, 1);
    expect(outcomes.get(1)).toEqual(["after_shutdown"]);
  });

  it("leaves no timer behind", async () => {
    const { queue, clock } = start();
    queue.add(1, 1);
    const stopped = queue.shutdown(AbortSignal.abort());
    await clock.pass(20);
    await stopped;
    expect(clock.timers).toEqual([]);
  });
});

it("settles every item exactly once and sends in order, whatever happens", async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("add" as const), bytes: fc.integer({ min: 0, max: 60 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 2500 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("answer" as const),
        which: fc.nat(3),
        with: fc.constantFrom<Answer | "throw">("delivered", "rejected", ["delivered"], "unknown", "throw"),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: "flush" as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (steps, concurrency) => {
      const limits = { concurrency, maxQueueItems: 7, maxQueueBytes: 150, maxBatchBytes: 80, sendTimeoutMs: 4000 };
      const { queue, clock, sends, outcomes } = start(limits);
      let added = 0;
      for (const action of steps) {
        if (action.do === "add") queue.add(++added, action.bytes);
        if (action.do === "pass") await clock.pass(action.ms);
        if (action.do === "flush") void queue.flush(new AbortController().signal);
        if (action.do === "answer") {
          const sent = sends.at(-1 - action.which);
          if (action.with === "throw") sent?.fail(new Error("thrown"));
          else sent?.answer(action.with);
          await settled();
        }
        const open = queue.items;
        expect(open.length + outcomes.size).toBe(added);
        expect(open.filter((item) => outcomes.has(item))).toEqual([]);
        expect(open.length).toBeLessThanOrEqual(7 + concurrency * 3);
      }
      const stop = new AbortController();
      const stopped = queue.shutdown(stop.signal);
      stop.abort();
      await clock.pass(20);
      await stopped;
      expect([...outcomes.values()].every((list) => list.length === 1)).toBe(true);
      expect(outcomes.size).toBe(added);
      const sent = sends.flatMap((one) => one.batch);
      expect(sent).toEqual([...sent].sort((a, b) => a - b));
      expect(clock.timers).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
