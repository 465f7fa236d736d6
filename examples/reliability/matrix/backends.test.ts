import type { Fault } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it } from "vitest";
import { ADDRESSES, EXPORTERS, FAULTS, eventsOf, runAgent, tableOf, tableOnPage, withStandIns } from "../src/index.ts";
import type { EndedAgent } from "../src/index.ts";
import { expectBooks, expectNoSecret, expectUnharmed, outcomeOf, triesOf } from "../test/support/account.ts";

const EVENTS = eventsOf();
/** What the agent writes for people, whatever becomes of its events elsewhere. */
const LINES =
  "run_start tool_start tool_end tool_start tool_error agent_action llm_start llm_new_token llm_end run_end report";
const SPANS = 4;
const DEADLINE_MS = 5000;
// What fits into the deadline: at once, then after at least 0.25 s, 0.5 s, 1 s and 2 s.
const TRIES = 5;
/** Requests that the run becomes, each tried by itself: of Datadog also metrics and logs, of Sentry the error. */
const REQUESTS = { datadog: 3, langsmith: 1, sentry: 2 };
/** Where the agent's run lasts longer than a batch waits, there are two of each. */
const RETRIES = 2 * (TRIES - 1);
// A passing fault may use up a request's own timeout of 10 s.
const PATIENCE_MS = 40_000;
// The exporters' thread is up before the first event: on a busy machine its boot may take longer than the deadline.
const WARM = { WARM: "yes" };

const table = tableOf("backends");
/** Nobody can meet a refusal once: the stand-in sees none. What comes after one is in the table of outages. */
const passing = [...FAULTS].filter(([, fault]) => fault.kind !== "refuse");

function fill(row: string, health: EndedAgent["health"], suffix = ""): void {
  for (const exporter of EXPORTERS) table.set(row, exporter + suffix, outcomeOf(health[exporter]));
}

function fillWithoutOnce(row: string): void {
  for (const exporter of EXPORTERS) table.set(row, `${exporter}, once`, "-");
}

describe.concurrent("while a backend", () => {
  it.each([...FAULTS])("%s, the agent is unharmed and every event accounted for", (row, fault) =>
    withStandIns(async ({ intakes, environment, setFault }) => {
      await setFault(fault);
      const deadline = { ...WARM, CHARM_TELEMETRY_SHUTDOWN_MS: String(DEADLINE_MS) };
      const ended = await runAgent({ environment: { ...environment, ...deadline } });
      expectUnharmed(ended);
      expect(ended.lines.join(" ")).toBe(LINES);
      expectNoSecret(ended, intakes);
      for (const exporter of EXPORTERS) {
        const { delivered, droppedBy, units } = expectBooks(ended.health[exporter], EVENTS);
        const { acknowledged, received, duplicates } = intakes[exporter].units;
        // The exporter has seen the status of an answer that breaks off later; the stand-in knows of whole answers alone.
        const told = fault.kind === "half-answer" ? received : acknowledged;
        expect({ exporter, spans: units.spans }).toEqual({ exporter, spans: told });
        // All of the run has the same fate. What has arrived and could not be told is unknown, and nothing else is.
        const isUnknown = received - duplicates > told;
        expect({ exporter, delivered, unknown: droppedBy.unknown ?? 0 }).toEqual({
          exporter,
          delivered: told === 0 ? 0 : EVENTS,
          unknown: isUnknown || fault.kind === "reset" ? EVENTS : 0,
        });
        expect(told % SPANS).toBe(0);
        expect(units.retries).toBeLessThanOrEqual(REQUESTS[exporter] * RETRIES);
        expect(Math.max(0, ...triesOf(intakes[exporter]))).toBeLessThanOrEqual(triesWithin(fault));
      }
      fill(row, ended.health);
    }),
  );

  it.each([...ADDRESSES])("is behind an address that %s, likewise", async (row, open) => {
    const { environment, close } = await open();
    const deadline = { ...WARM, CHARM_TELEMETRY_SHUTDOWN_MS: String(DEADLINE_MS) };
    const ended = await runAgent({ environment: { ...environment, ...deadline } }).finally(close);
    expectUnharmed(ended);
    expect(ended.lines.join(" ")).toBe(LINES);
    expectNoSecret(ended);
    for (const exporter of EXPORTERS) {
      const { delivered, units } = expectBooks(ended.health[exporter], EVENTS);
      // There is no connection that could take a request.
      const { spans, requests } = units;
      expect({ exporter, delivered, spans, requests }).toEqual({ exporter, delivered: 0, spans: 0, requests: 0 });
      expect(units.retries).toBeLessThanOrEqual(REQUESTS[exporter] * RETRIES);
    }
    fill(row, ended.health);
    fillWithoutOnce(row);
  });
});

describe.concurrent("when a backend", () => {
  it.each(passing)(
    "%s, once, what can still arrive does, each span once",
    (row, fault) =>
      withStandIns(async ({ intakes, environment, setFault }) => {
        await setFault(once(fault));
        const patience = { ...WARM, FAILS: "no", CHARM_TELEMETRY_SHUTDOWN_MS: String(PATIENCE_MS) };
        const ended = await runAgent({ environment: { ...environment, ...patience } });
        expectUnharmed(ended);
        expectNoSecret(ended, intakes);
        for (const exporter of EXPORTERS) {
          const { delivered, droppedBy, units } = expectBooks(ended.health[exporter], EVENTS);
          const { received, duplicates } = intakes[exporter].units;
          // What came twice has the same ids, by which the vendor knows it.
          expect({ exporter, spans: units.spans }).toEqual({ exporter, spans: received - duplicates });
          expect({ exporter, delivered, rejected: droppedBy.rejected ?? 0 }).toEqual(
            units.spans > 0
              ? { exporter, delivered: EVENTS, rejected: 0 }
              : { exporter, delivered: 0, rejected: EVENTS },
          );
          expect(Math.max(...triesOf(intakes[exporter]))).toBeLessThanOrEqual(2);
        }
        fill(row, ended.health, ", once");
      }),
    PATIENCE_MS + 20_000,
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  fillWithoutOnce("refuses connections");
  expect(table.toString()).toBe(tableOnPage(table));
});

/**
 * Of each request. One that is not answered takes longer than the deadline lasts: who tries it again has not kept to
 * it. Of what breaks off within its body the stand-in knows no more than the path: Sentry has one for the spans and
 * the error.
 */
function triesWithin({ kind }: Fault): number {
  if (kind === "hang") return 1;
  return kind === "reset" || kind === "slow" ? 2 * TRIES : TRIES;
}

function once(fault: Fault): Fault {
  // Datadog's metrics and logs have paths of their own.
  return fault.kind === "refuse" ? fault : { ...fault, times: 1, path: /spans|multipart|envelope/ };
}
