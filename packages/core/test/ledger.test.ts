import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DROP_REASONS, UNITS } from "../src/exporter.ts";
import { EXPORTER_STATES, Ledger } from "../src/ledger.ts";

describe("a ledger", () => {
  it("begins with nothing, starting", () => {
    expect(new Ledger(1).read(0)).toEqual({
      state: "starting",
      delivered: 0,
      dropped: 0,
      droppedBy: {},
      units: { spans: 0, requests: 0, retries: 0, bytes: 0 },
      latencyMs: { last: 0, max: 0 },
    });
  });

  it("keeps every figure of every exporter apart", () => {
    const outcome = fc.constantFrom("delivered" as const, ...DROP_REASONS);
    const entry = fc.oneof(
      fc.record({ kind: fc.constant("settle" as const), exporter: fc.nat(2), outcome, amount: fc.nat(1000) }),
      fc.record({
        kind: fc.constant("count" as const),
        exporter: fc.nat(2),
        unit: fc.constantFrom(...UNITS),
        amount: fc.nat(1000),
      }),
      fc.record({
        kind: fc.constant("state" as const),
        exporter: fc.nat(2),
        state: fc.constantFrom(...EXPORTER_STATES),
      }),
      fc.record({
        kind: fc.constant("latency" as const),
        exporter: fc.nat(2),
        ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const ledger = new Ledger(3);
        for (const each of entries) {
          if (each.kind === "settle") ledger.settle(each.exporter, each.amount, each.outcome);
          else if (each.kind === "count") ledger.count(each.exporter, each.unit, each.amount);
          else if (each.kind === "state") ledger.setState(each.exporter, each.state);
          else ledger.latency(each.exporter, each.ms);
        }
        for (const exporter of [0, 1, 2]) {
          const own = entries.filter((each) => each.exporter === exporter);
          const sum = (is: (each: (typeof own)[number]) => boolean): number =>
            own.reduce((total, each) => total + (is(each) && "amount" in each ? each.amount : 0), 0);
          const row = ledger.read(exporter);
          expect(row.delivered).toBe(sum((each) => each.kind === "settle" && each.outcome === "delivered"));
          for (const reason of DROP_REASONS)
            expect(row.droppedBy[reason] ?? 0).toBe(sum((each) => each.kind === "settle" && each.outcome === reason));
          expect(row.dropped).toBe(Object.values(row.droppedBy).reduce((total, amount) => total + amount, 0));
          expect(ledger.settled(exporter)).toBe(row.delivered + row.dropped);
          for (const unit of UNITS)
            expect(row.units[unit]).toBe(sum((each) => each.kind === "count" && each.unit === unit));
          const states = own.flatMap((each) => (each.kind === "state" ? [each.state] : []));
          expect(row.state).toBe(states.at(-1) ?? "starting");
          expect(ledger.state(exporter)).toBe(row.state);
          const latencies = own.flatMap((each) => (each.kind === "latency" ? [each.ms] : []));
          expect(row.latencyMs).toEqual({ last: latencies.at(-1) ?? 0, max: Math.max(0, ...latencies) });
        }
      }),
    );
  });

  it("is the same memory in another thread", () => {
    const here = new Ledger(2);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(here.buffer);
    const { message } = receiveMessageOnPort(port2) as { message: SharedArrayBuffer };
    const there = new Ledger(2, message);
    there.settle(1, 3, "delivered");
    there.setState(1, "ready");
    expect(here.read(1)).toMatchObject({ delivered: 3, state: "ready" });
    expect(here.read(0)).toMatchObject({ delivered: 0, state: "starting" });
    port1.close();
  });

  it("counts beyond 32 bits", () => {
    const ledger = new Ledger(1);
    ledger.count(0, "bytes", 5_000_000_000);
    ledger.count(0, "bytes", 1);
    expect(ledger.read(0).units.bytes).toBe(5_000_000_001);
  });
});
