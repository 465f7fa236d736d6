import type { Fault } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it } from "vitest";
import { ENDS, EXPORTERS, STATES, eventsOf, runAgent, tableOf, tableOnPage, withStandIns } from "../src/index.ts";
import type { End } from "../src/index.ts";
import { expectBooks, expectNoSecret, expectUnharmed, outcomeOf, triesOf } from "../test/support/account.ts";

/** With the time that they are given: what is well gets all that a busy machine needs. */
const BACKENDS: Readonly<Record<(typeof STATES)[number], { fault: Fault | undefined; deadlineMs: number }>> = {
  "all is well": { fault: undefined, deadlineMs: 30_000 },
  "answers take 1 s": { fault: { kind: "slow", delayMs: 1000 }, deadlineMs: 30_000 },
  "nothing is answered": { fault: { kind: "hang" }, deadlineMs: 3000 },
};

const SPANS = 4;
/** Far more than the two others need. */
const ONE_HANGS_MS = 8000;

const table = tableOf("ends");
const cases = (Object.keys(ENDS) as End[]).flatMap((end) => STATES.map((state) => [end, state] as const));

describe.concurrent("an agent that has just taken an event, and one that has just taken 10,000,", () => {
  it.each(cases)("by %s while at the backends %s", async (end, state) => {
    const { fault, deadlineMs } = BACKENDS[state];
    const outcomes = new Set<string>();
    for (const tokens of [1, 10_000])
      await withStandIns(async ({ intakes, environment, setFault }) => {
        await setFault(fault);
        // Where nothing is answered it is the deadline that ends all, and not the thread's boot.
        const warm = fault?.kind === "hang" ? { WARM: "yes" } : {};
        const deadline = { CHARM_TELEMETRY_SHUTDOWN_MS: String(deadlineMs) };
        const ended = await runAgent({ environment: { ...environment, ...warm, ...deadline }, end, tokens });
        expectUnharmed(ended, end);
        expectNoSecret(ended, intakes);
        for (const exporter of EXPORTERS) {
          const events = eventsOf({ tokens });
          const isHung = fault?.kind === "hang";
          const { delivered, droppedBy, ...health } = expectBooks(ended.health[exporter], events, isHung);
          const { deadline = 0, ...others } = droppedBy;
          expect({ exporter, delivered, late: deadline + health.pending, others }).toEqual({
            exporter,
            delivered: isHung ? 0 : events,
            late: isHung ? events : 0,
            others: {},
          });
          const { acknowledged, duplicates } = intakes[exporter].units;
          expect({ exporter, spans: health.units.spans }).toEqual({ exporter, spans: acknowledged });
          // A request waits for its answer longer than the deadline lasts: nobody has waited for one.
          expect({ duplicates, tries: Math.max(1, ...triesOf(intakes[exporter])) }).toEqual({
            duplicates: 0,
            tries: 1,
          });
          outcomes.add(outcomeOf({ ...health, delivered, droppedBy }));
        }
      });
    expect([...outcomes]).toEqual([fault?.kind === "hang" ? "`deadline`" : "delivered"]);
    table.set(end, "code or signal", String(ENDS[end]));
    table.set(end, state, [...outcomes].join(", "));
  });
});

describe.concurrent("an agent that ends while one backend hangs delivers everything to the two others", () => {
  const ends = ["natural", "exit 0"] as const;
  it.each(EXPORTERS.flatMap((hung) => ends.map((end) => [hung, end] as const)))("%s, by %s", (hung, end) =>
    withStandIns(async ({ intakes, environment }) => {
      await intakes[hung].setFault({ kind: "hang" });
      const more = { WARM: "yes", CHARM_TELEMETRY_SHUTDOWN_MS: String(ONE_HANGS_MS) };
      const ended = await runAgent({ environment: { ...environment, ...more }, end });
      expectUnharmed(ended, end);
      for (const exporter of EXPORTERS) {
        const { delivered, units } = expectBooks(ended.health[exporter], eventsOf(), exporter === hung);
        const { acknowledged, duplicates } = intakes[exporter].units;
        expect({ exporter, delivered, spans: units.spans, acknowledged, duplicates }).toEqual(
          exporter === hung
            ? { exporter, delivered: 0, spans: 0, acknowledged: 0, duplicates: 0 }
            : { exporter, delivered: eventsOf(), spans: SPANS, acknowledged: SPANS, duplicates: 0 },
        );
      }
    }),
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  expect(table.toString()).toBe(tableOnPage(table));
});
