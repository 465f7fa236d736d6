import type { ExporterHealth } from "@charm/telemetry-core";
import { expect, it } from "vitest";
import { expectBooks, outcomeOf } from "./support/account.ts";

const EVENTS = 10;

/** As the host makes it: what is pending is the rest. */
function accountOf(delivered: number, droppedBy: ExporterHealth["droppedBy"]): ExporterHealth {
  const dropped = Object.values(droppedBy).reduce((sum, count) => sum + count, 0);
  return {
    name: "datadog",
    state: "stopped",
    accepted: EVENTS,
    delivered,
    dropped,
    droppedBy,
    pending: EVENTS - delivered - dropped,
    units: { spans: 0, requests: 0, retries: 0, bytes: 0 },
    latencyMs: { last: 0, max: 0 },
  };
}

it("is wrong when an event has two fates, and when one has none that should have", () => {
  expect(() => expectBooks(accountOf(EVENTS, { deadline: 1 }), EVENTS)).toThrow(/-1/);
  expect(() => expectBooks(accountOf(EVENTS, { deadline: 1 }), EVENTS, true)).toThrow(/-1/);
  expect(() => expectBooks(accountOf(EVENTS - 1, {}), EVENTS)).toThrow(/settled/);
  expect(() => expectBooks(accountOf(EVENTS, {}), EVENTS + 1)).toThrow(/accepted/);
});

it("is right when the deadline has left some without a word", () => {
  expect(expectBooks(accountOf(0, { deadline: 4 }), EVENTS, true).pending).toBe(6);
});

it("is told as it was seen, whatever is pending", () => {
  expect(outcomeOf(accountOf(EVENTS, {}))).toBe("delivered");
  expect(outcomeOf(accountOf(0, { deadline: 4 }))).toBe("`deadline`");
  expect(outcomeOf(accountOf(3, {}))).toBe("in part, `deadline`");
  expect(outcomeOf(accountOf(3, { unknown: 4 }))).toBe("in part, `deadline`, `unknown`");
});
