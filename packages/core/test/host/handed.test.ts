import { beforeEach, describe, expect, it } from "vitest";
import { PENDING } from "../../src/exporter.ts";
import type { Outcome } from "../../src/exporter.ts";
import { Handed } from "../../src/host/handed.ts";

let outcomes: Partial<Record<Outcome, number>>;
let handed: Handed;

beforeEach(() => {
  outcomes = {};
  handed = new Handed((eventCount, outcome) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + eventCount;
  });
});

function keep(eventCount: number): void {
  for (let count = 0; count < eventCount; count++) handed.end(handed.begin(0), PENDING);
}

describe("an event", () => {
  it("is settled by its hook", () => {
    const call = handed.begin(0);
    expect(handed.pending).toBe(1);
    expect(handed.end(call, "delivered")).toBe(0);
    expect(handed.pending).toBe(0);
    expect(outcomes).toEqual({ delivered: 1 });
  });

  it("is settled by the exporter when its hook kept it", () => {
    keep(3);
    expect(handed.settle(2, "retries")).toBe(0);
    expect(handed.pending).toBe(1);
    expect(outcomes).toEqual({ retries: 2 });
  });

  it("that the exporter has settled inside its hook counts once its hook says that it was kept", () => {
    const call = handed.begin(0);
    expect(handed.settle(1, "rejected")).toBe(0);
    expect(outcomes).toEqual({});
    expect(handed.pending).toBe(1);
    handed.end(call, PENDING);
    expect(outcomes).toEqual({ rejected: 1 });
    expect(handed.pending).toBe(0);
  });

  it("that was settled twice is a surplus of one", () => {
    const call = handed.begin(0);
    handed.settle(1, "rejected");
    expect(handed.end(call, "delivered")).toBe(1);
    expect(outcomes).toEqual({ delivered: 1 });
  });

  it("whose hook has ended is not ended again", () => {
    const call = handed.begin(0);
    handed.end(call, "deadline");
    expect(handed.end(call, "delivered")).toBe(0);
    expect(outcomes).toEqual({ deadline: 1 });
  });
});

describe("what was given up", () => {
  it("may still be settled by an exporter that does not know, without effect and without blame", () => {
    keep(2);
    handed.giveUp("deadline");
    expect(outcomes).toEqual({ deadline: 2 });
    expect(handed.settle(2, "delivered")).toBe(0);
    expect(outcomes).toEqual({ deadline: 2 });
    expect(handed.settle(1, "delivered")).toBe(1);
  });

  it("includes a hook that returns `pending` too late", () => {
    const call = handed.begin(0);
    handed.end(call, "deadline");
    handed.endedLate(call);
    expect(handed.settle(1, "delivered")).toBe(0);
    expect(handed.settle(1, "delivered")).toBe(1);
    expect(outcomes).toEqual({ deadline: 1 });
  });

  it("does not include what was settled before its hook was late", () => {
    const call = handed.begin(0);
    handed.settle(1, "delivered");
    handed.end(call, "deadline");
    handed.endedLate(call);
    expect(handed.settle(1, "delivered")).toBe(1);
  });

  it("includes the event in a hook", () => {
    handed.begin(0);
    handed.giveUp("deadline");
    expect(handed.isInHook).toBe(false);
    expect(outcomes).toEqual({ deadline: 1 });
  });
});
