import type { Fault } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it } from "vitest";
import { ENDS, EXPORTERS, Table, runAgent, withStandIns } from "../src/index.ts";
import type { End } from "../src/index.ts";
import { CANARY, expectBooks, expectNoSecret, expectUnharmed, outcomeOf } from "./support/account.ts";
import { tableOnPage } from "./support/page.ts";

/** With the time that they are given: what is well gets all that a busy machine needs. */
const BACKENDS: Readonly<Record<string, { fault: Fault | undefined; deadlineMs: number }>> = {
  "all is well": { fault: undefined, deadlineMs: 30_000 },
  "answers take 1 s": { fault: { kind: "slow", delayMs: 1000 }, deadlineMs: 30_000 },
  "nothing is answered": { fault: { kind: "hang" }, deadlineMs: 3000 },
};

const ends = Object.keys(ENDS) as End[];
const table = new Table(["the process ends by", "code or signal", ...Object.keys(BACKENDS)], ends);
const cases = ends.flatMap((end) => Object.keys(BACKENDS).map((backend) => [end, backend] as const));

describe.concurrent("an agent that has just taken an event, and one that has just taken 10,000,", () => {
  it.each(cases)("by %s while at the backends %s", async (end, backend) => {
    const { fault, deadlineMs } = BACKENDS[backend] ?? { fault: undefined, deadlineMs: 0 };
    const outcomes = new Set<string>();
    for (const tokens of [1, 10_000])
      await withStandIns(async ({ intakes, environment, setFault }) => {
        await setFault(fault);
        // Where nothing is answered it is the deadline that ends all, and not the thread's boot.
        const warm = fault?.kind === "hang" ? { WARM: "yes" } : {};
        const deadline = { CHARM_TELEMETRY_SHUTDOWN_MS: String(deadlineMs) };
        const ended = await runAgent({ environment: { ...environment, ...CANARY, ...warm, ...deadline }, end, tokens });
        expectUnharmed(ended, end);
        expectNoSecret(ended, intakes);
        for (const exporter of EXPORTERS) {
          const health = expectBooks(ended.health[exporter], 8 + tokens);
          const { acknowledged } = intakes[exporter].units;
          expect({ exporter, spans: health.units.spans }).toEqual({ exporter, spans: acknowledged });
          outcomes.add(outcomeOf(health));
        }
      });
    expect([...outcomes]).toEqual([fault?.kind === "hang" ? "`deadline`" : "delivered"]);
    table.set(end, "code or signal", String(ENDS[end]));
    table.set(end, backend, [...outcomes].join(", "));
  });
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  expect(table.toString()).toBe(tableOnPage("ends", table));
});
