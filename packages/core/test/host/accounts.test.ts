import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/exporter.ts";
import { Accounts } from "../../src/host/accounts.ts";
import { Ledger } from "../../src/ledger.ts";

const NAMES = ["one", "two"];

describe("an account", () => {
  it("adds up what threads have settled that are gone, what the present one shows, and what never got to a thread", () => {
    const accounts = new Accounts(NAMES);
    const [first, second] = [new Ledger(2), new Ledger(2)];
    accounts.accepted = 20;
    accounts.overflow = 3;
    accounts.late = 1;
    accounts.attach(0, first);
    first.setState(0, "ready");
    first.settle(0, 4, "delivered");
    first.settle(0, 1, "failed");
    first.count(0, "spans", 2);
    first.latency(0, 9);
    accounts.detach(0, 7, "restart");
    accounts.attach(0, second);
    second.setState(0, "open");
    second.settle(0, 3, "delivered");
    second.count(0, "spans", 5);
    second.latency(0, 4);
    expect(accounts.health()[0]).toEqual({
      name: "one",
      state: "open",
      accepted: 20,
      delivered: 7,
      dropped: 7,
      droppedBy: { failed: 1, restart: 2, queue_full: 3, after_shutdown: 1 },
      pending: 6,
      units: { spans: 7, requests: 0, retries: 0, bytes: 0 },
      latencyMs: { last: 4, max: 9 },
    });
  });

  it("of an exporter that is switched off counts all that comes later as disabled", () => {
    const accounts = new Accounts(NAMES);
    const ledger = new Ledger(2);
    accounts.attach(0, ledger);
    accounts.accepted = 10;
    accounts.overflow = 2;
    ledger.settle(0, 3, "delivered");
    accounts.detach(0, 4, "restart");
    accounts.switchOff(0, 8);
    expect(accounts.areAllOff).toBe(false);
    accounts.accepted = 15;
    accounts.overflow = 3;
    expect(accounts.health()[0]).toMatchObject({
      state: "disabled",
      pending: 0,
      droppedBy: { restart: 1, disabled: 9, queue_full: 2 },
    });
  });

  it("of a host that has ended leaves nothing pending", () => {
    const accounts = new Accounts(NAMES);
    const ledger = new Ledger(2);
    for (const place of [0, 1]) accounts.attach(place, ledger);
    accounts.accepted = 10;
    ledger.settle(0, 10, "delivered");
    ledger.setState(1, "disabled");
    accounts.detach(0, 10, "deadline");
    accounts.detach(1, 4, "deadline");
    accounts.close(10);
    expect(accounts.health()).toMatchObject([
      { state: "stopped", delivered: 10, pending: 0 },
      { state: "disabled", droppedBy: { deadline: 10 }, pending: 0 },
    ]);
  });

  it("balances whatever becomes of threads", () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant("accept" as const), count: fc.nat(9) }),
      fc.record({ do: fc.constant("overflow" as const), count: fc.nat(3) }),
      fc.record({ do: fc.constant("take" as const), count: fc.nat(9) }),
      fc.record({ do: fc.constant("settle" as const), count: fc.nat(9) }),
      fc.record({ do: fc.constant("lose" as const), count: fc.constant(0) }),
      fc.record({ do: fc.constant("off" as const), count: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const accounts = new Accounts(["only"]);
        let ledger = new Ledger(1);
        accounts.attach(0, ledger);
        let [events, taken, settled, isOff] = [0, 0, 0, false];
        for (const { do: what, count } of acts) {
          if (what === "accept" || what === "overflow") accounts.accepted += count;
          if (what === "accept" && !isOff) events += count;
          if (what === "overflow" && !isOff) accounts.overflow += count;
          if (isOff) continue;
          if (what === "take") taken = Math.min(events, taken + count);
          if (what === "settle") {
            const now = Math.min(count, taken - settled);
            ledger.settle(0, now, "delivered" satisfies Outcome);
            settled += now;
          }
          if (what === "lose" || what === "off") {
            accounts.detach(0, taken, "restart");
            settled = taken;
          }
          if (what === "lose") accounts.attach(0, (ledger = new Ledger(1)));
          if (what === "off") {
            accounts.switchOff(0, events);
            isOff = true;
          }
          const [health] = accounts.health();
          expect(health?.pending).toBe(isOff ? 0 : events - settled);
          expect(health?.accepted).toBe((health?.delivered ?? 0) + (health?.dropped ?? 0) + (health?.pending ?? 0));
        }
        expect(accounts.health()[0]?.pending).toBe(isOff ? 0 : events - settled);
      }),
    );
  });
});
