import type { ExporterHealth } from "@charm/telemetry-core";
import type { Fault } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it } from "vitest";
import { ADDRESSES, EXPORTERS, FAULTS, Table, runAgent, withStandIns } from "../src/index.ts";
import type { EndedAgent, Exporter, StandIns } from "../src/index.ts";
import { tableOnPage } from "./support/page.ts";
import { CANARY, expectBooks, expectNoSecret, expectUnharmed, outcomeOf } from "./support/account.ts";

const EVENTS = 9;
const DEADLINE_MS = 5000;
// What fits into the deadline: at once, then after at least 0.25 s, 0.5 s, 1 s and 2 s. A request of Datadog has all four
// spans, of Sentry those and the error; what is too large is sent again in halves, a dozen metrics
// too.
const TRIES = { datadog: 5, langsmith: 5, sentry: 2 * 5 };
const HALVES = 2 * 12;
// A passing fault may use up a request's own timeout of 10 s.
const PATIENCE_MS = 40_000;
// The exporters' thread is up before the first event: on a busy machine its boot may take longer than the deadline.
const WARM = { WARM: "yes", ...CANARY };

const rows = [...Object.keys(ADDRESSES), ...Object.keys(FAULTS)];
const columns = ["the backend", ...EXPORTERS, ...EXPORTERS.map((name) => `${name}, once`)];
const table = new Table(columns, rows);

function fill(row: string, health: EndedAgent["health"], suffix = ""): void {
  for (const exporter of EXPORTERS) table.set(row, exporter + suffix, outcomeOf(health[exporter]));
}

describe.concurrent("while a backend", () => {
  it.each(Object.entries(FAULTS))("%s, the agent is unharmed and every event accounted for", (row, fault) =>
    withStandIns(async ({ intakes, environment, setFault }) => {
      await setFault(fault);
      const deadline = { ...WARM, CHARM_TELEMETRY_SHUTDOWN_MS: String(DEADLINE_MS) };
      const ended = await runAgent({ environment: { ...environment, ...deadline } });
      expectUnharmed(ended);
      expectNoSecret(ended, intakes);
      for (const exporter of EXPORTERS) {
        const health = expectBooks(ended.health[exporter], EVENTS);
        const { acknowledged, received } = intakes[exporter].units;
        // The exporter has seen the status of an answer that breaks off later; the stand-in knows of whole answers alone.
        const told = fault.kind === "half-answer" ? received : acknowledged;
        expect({ exporter, spans: health.units.spans }).toEqual({ exporter, spans: told });
        const ofTheRest = received > told ? health.droppedBy : { unknown: EVENTS };
        expect(ofTheRest).toEqual({ unknown: EVENTS });
        for (const requests of requestsPerPath(intakes[exporter]))
          expect(requests).toBeLessThanOrEqual(Math.max(TRIES[exporter], HALVES));
      }
      fill(row, ended.health);
    }),
  );

  it.each(Object.entries(ADDRESSES))("is behind an address that %s, likewise", async (row, open) => {
    const { environment, close } = await open();
    const deadline = { ...WARM, CHARM_TELEMETRY_SHUTDOWN_MS: String(DEADLINE_MS) };
    const ended = await runAgent({ environment: { ...environment, ...deadline } }).finally(close);
    expectUnharmed(ended);
    for (const exporter of EXPORTERS) expect(expectBooks(ended.health[exporter], EVENTS).delivered).toBe(0);
    fill(row, ended.health);
    for (const exporter of EXPORTERS) table.set(row, `${exporter}, once`, "-");
  });
});

describe.concurrent("when a backend", () => {
  it.each(Object.entries(FAULTS))(
    "%s, once, what can still arrive does, each span once",
    (row, fault) =>
      withStandIns(async ({ intakes, environment, setFault }) => {
        await setFault(once(fault));
        const patience = { ...WARM, FAILS: "no", CHARM_TELEMETRY_SHUTDOWN_MS: String(PATIENCE_MS) };
        const agent = runAgent({ environment: { ...environment, ...patience } });
        if (fault.kind === "refuse") {
          await new Promise((resolve) => setTimeout(resolve, 1500));
          await setFault(undefined);
        }
        const ended = await agent;
        expectUnharmed(ended);
        for (const exporter of EXPORTERS) {
          const health: ExporterHealth = expectBooks(ended.health[exporter], EVENTS);
          const { received, duplicates } = intakes[exporter].units;
          // What came twice has the same ids, by which the vendor knows it.
          expect({ exporter, spans: health.units.spans }).toEqual({ exporter, spans: received - duplicates });
        }
        fill(row, ended.health, ", once");
      }),
    PATIENCE_MS + 20_000,
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  expect(table.toString()).toBe(tableOnPage("backends", table));
});

function once(fault: Fault): Fault {
  // Datadog's metrics and logs have paths of their own.
  return fault.kind === "refuse" ? fault : { ...fault, times: 1, path: /spans|multipart|envelope/ };
}

/** A request that is tried again is sent again to its path: metrics and logs have their own. */
function requestsPerPath(intake: StandIns["intakes"][Exporter]): number[] {
  const counts = new Map<string, number>();
  for (const { path } of intake.requests) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts.values()];
}
