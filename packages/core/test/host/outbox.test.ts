import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readBatch } from "../../src/host/batch.ts";
import type { Batch } from "../../src/host/batch.ts";
import { HOST_LIMITS } from "../../src/host/limits.ts";
import type { HostLimits } from "../../src/host/limits.ts";
import { Outbox } from "../../src/host/outbox.ts";
import { Masker } from "../../src/secrets.ts";
import { contextOf } from "../support/event-context.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function outboxWith(limits: Partial<HostLimits>): {
  outbox: Outbox;
  posted: Batch[];
  progress: { events: number; bytes: number };
  add: (eventCount: number, text?: string) => boolean[];
} {
  const posted: Batch[] = [];
  const progress = { events: 0, bytes: 0 };
  const outbox = new Outbox(
    { ...HOST_LIMITS, ...limits },
    (batch) => posted.push(batch),
    () => progress,
  );
  let sequence = 0;
  const add = (eventCount: number, text = "token"): boolean[] =>
    Array.from({ length: eventCount }, () =>
      outbox.add("onLlmNewToken", text, undefined, contextOf({ sequence: sequence++ })),
    );
  return { outbox, posted, progress, add };
}

const sizes = (batches: readonly Batch[]): number[] => batches.map(({ eventCount }) => eventCount);

describe("events", () => {
  it("are posted when there are enough of them, or of their bytes, or after a moment", () => {
    const { posted, add } = outboxWith({ batchEvents: 10, batchBytes: 10_000, batchMs: 10 });
    add(25);
    expect(sizes(posted)).toEqual([10, 10]);
    vi.advanceTimersByTime(10);
    expect(sizes(posted)).toEqual([10, 10, 5]);
    add(1, "x".repeat(6000));
    expect(sizes(posted)).toEqual([10, 10, 5, 1]);
    add(1);
    vi.advanceTimersByTime(10);
    expect(sizes(posted)).toEqual([10, 10, 5, 1, 1]);
    expect(posted.map(({ first }) => first)).toEqual([0, 10, 20, 25, 26]);
  });

  it("are refused while too many of them have not been read, and taken again when they have", () => {
    const { outbox, posted, progress, add } = outboxWith({ batchEvents: 10, backlogEvents: 20 });
    expect(add(25).filter(Boolean)).toHaveLength(20);
    expect(outbox.events).toBe(20);
    progress.events = 10;
    progress.bytes = posted[0]?.totalBytes ?? 0;
    expect(add(15).filter(Boolean)).toHaveLength(10);
  });

  it("are refused while too many bytes have not been read", () => {
    const { progress, posted, add } = outboxWith({ batchEvents: 1, backlogBytes: 5000 });
    expect(add(3, "x".repeat(2000))).toEqual([true, true, false]);
    progress.bytes = posted.at(-1)?.totalBytes ?? 0;
    expect(add(1)).toEqual([true]);
  });
});

describe("batches", () => {
  it("are kept until the last of their events is not needed any more", () => {
    const { outbox, posted, add } = outboxWith({ batchEvents: 10 });
    add(30);
    outbox.release(19);
    expect(outbox.from(0)).toEqual(posted.slice(1));
    expect(outbox.from(20)).toEqual(posted.slice(2));
    outbox.release(30);
    expect(outbox.from(0)).toEqual([]);
  });

  it("hold no more events than their numbers of scopes allow", () => {
    const { outbox, posted } = outboxWith({ batchEvents: 5000 });
    const spans = Array.from({ length: 2500 }, (_, index) => `span-${index}`);
    for (const span of spans) outbox.add("onLlmNewToken", span, undefined, contextOf({ span }));
    outbox.post();
    const read = posted.flatMap((batch) => readBatch(batch, new Masker()));
    expect(read.map(({ values, context }) => [values[0], context.spanId])).toEqual(
      spans.map((span) => [span, contextOf({ span }).spanId]),
    );
  });

  it("tell a new thread how far those before it have come", () => {
    const { outbox, posted, add } = outboxWith({ batchEvents: 10 });
    add(30);
    const [first, second, third] = posted;
    expect(outbox.progressAt(0)).toEqual({ events: 0, bytes: 0 });
    expect(outbox.progressAt(15)).toEqual({ events: 10, bytes: first?.totalBytes });
    outbox.release(20);
    expect(outbox.progressAt(25)).toEqual({ events: 20, bytes: second?.totalBytes });
    expect(outbox.progressAt(30)).toEqual({ events: 30, bytes: third?.totalBytes });
  });
});
