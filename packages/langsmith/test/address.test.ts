import type { SpanPlace } from "@charm/telemetry-core/kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Addresses, runUuid } from "../src/address.ts";

const RUN_ID = "0192F0C1-7a10-7000-8000-00000000c0de";
const SEGMENT_LENGTH = "20261122T091134583250Z".length + RUN_ID.length;
const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function place(spanId: string, parent: SpanPlace | undefined, startTimeUnixMs = 1_800_000_000_000): SpanPlace {
  return { spanId, parentSpanId: parent?.spanId, startTimeUnixMs, parent };
}

describe("a run's id", () => {
  it("is the run's own where that is a UUID, else a UUIDv8 made from it", () => {
    expect(runUuid(RUN_ID)).toBe(RUN_ID.toLowerCase());
    expect(runUuid("ticket-7")).toMatch(UUID_V8);
    expect(runUuid("ticket-7")).toBe(runUuid("ticket-7"));
    expect(runUuid("ticket-7")).not.toBe(runUuid("ticket-8"));
  });
});

describe("an address", () => {
  it("keeps the invariants of dotted_order in any tree", () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.array(fc.tuple(fc.nat(), fc.double({ min: 0, max: 5, noNaN: true })), { minLength: 1, maxLength: 40 }),
        (runId, children) => {
          const addresses = new Addresses();
          const places = [place("root", undefined)];
          for (const [at, later] of children) {
            const parent = places[at % places.length];
            places.push(place(`s${places.length}`, parent, (parent?.startTimeUnixMs ?? 0) + later));
          }
          const all = places.map((each) => ({ each, address: addresses.of({ runId, place: each }) }));
          for (const { each, address } of all) {
            const ids = address.dottedOrder.split(".").map((segment) => segment.slice(-36));
            expect([ids[0], ids.at(-2), ids.at(-1)]).toEqual([runId, address.parentId, address.id]);
            expect(address.traceId).toBe(runId);
            const parent = all.find((other) => other.each === each.parent)?.address;
            const above = parent === undefined ? "" : `${parent.dottedOrder}.`;
            expect(address.dottedOrder.slice(0, -SEGMENT_LENGTH)).toBe(above);
          }
          expect(new Set(all.map(({ address }) => address.dottedOrder)).size).toBe(places.length);
        },
      ),
    );
  });

  it("stays what it was when a start becomes known later", () => {
    const addresses = new Addresses();
    const late = { ...place("root", undefined) };
    const before = addresses.of({ runId: RUN_ID, place: late });
    late.startTimeUnixMs -= 500;
    expect(addresses.of({ runId: RUN_ID, place: late })).toBe(before);
  });

  it("is one of its own for every run, also where an agent uses an id again", () => {
    const addresses = new Addresses();
    const [first, second] = [place("root-1", undefined), place("root-2", undefined)];
    expect(addresses.of({ runId: RUN_ID, place: first }).id).toBe(RUN_ID.toLowerCase());
    const again = addresses.of({ runId: RUN_ID, place: second });
    expect(again).toMatchObject({ id: expect.stringMatching(UUID_V8), traceId: again.id });
    expect(addresses.of({ runId: RUN_ID, place: place("child", second) })).toMatchObject({
      traceId: again.id,
      parentId: again.id,
    });
  });

  it("remembers as many runs as may come again soon", () => {
    const addresses = new Addresses();
    for (let index = 0; index < 5000; index++) addresses.of({ runId: `run-${index}`, place: place("a", undefined) });
    const idAgain = (index: number): string => addresses.of({ runId: `run-${index}`, place: place("b", undefined) }).id;
    expect(idAgain(4999)).not.toBe(runUuid("run-4999"));
    expect(idAgain(0)).toBe(runUuid("run-0"));
  });

  it("is below the run where nothing of the parent was seen", () => {
    const lost = { ...place("child", undefined), parentSpanId: "lost" };
    const { parentId, traceId, dottedOrder } = new Addresses().of({ runId: RUN_ID, place: lost });
    expect(parentId).toBe(traceId);
    expect(dottedOrder.split(".")).toHaveLength(2);
  });
});
