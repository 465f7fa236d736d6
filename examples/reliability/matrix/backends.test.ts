import type { ExporterHealth } from "@charm/telemetry-core";
import type { Fault } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it } from "vitest";
import { ADDRESSES, EXPORTERS, FAULTS, eventsOf, runAgent, tableOf, tableOnPage, withStandIns } from "../src/index.ts";
import type { EndedAgent, Exporter } from "../src/index.ts";
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
// A passing fault may use up a request's own timeout of 10 s.
const PATIENCE_MS = 40_000;
// The exporters' thread is up before the first event: on a busy machine its boot may take longer than the deadline.
const WARM = { WARM: "yes" };

const table = tableOf("backends");
/** Nobody can meet a refusal once: the stand-in sees none. What comes after one is in the table of outages. */
const passing = [...FAULTS].filter(([, fault]) => fault.kind !== "refuse");

function fillWithoutOnce(row: string): void {
  for (const exporter of EXPORTERS) table.set(row, `${exporter}, once`, "-");
}

describe.concurrent("while a backend", () => {
  it.each([...FAULTS])("%s, the agent is unharmed and every event accounted for", (row, fault) =>
    withStandIns(async ({ intakes, environment, setFault }) => {
      await setFault(fault);
      const deadline = { ...WARM, ...sizeFor(fault), CHARM_TELEMETRY_SHUTDOWN_MS: String(DEADLINE_MS) };
      const ended = await runAgent({ environment: { ...environment, ...deadline } });
      expectUnharmed(ended);
      expect(ended.lines.join(" ")).toBe(LINES);
      expectNoSecret(ended, intakes);
      for (const exporter of EXPORTERS) {
        const { delivered, droppedBy, units } = accountOf(ended, exporter);
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
        expect(units.requests).toBe(intakes[exporter].requests.length);
        expect(units.retries).toBeLessThanOrEqual(retriesWithin(fault, exporter));
        expect(Math.max(0, ...triesOf(intakes[exporter]))).toBeLessThanOrEqual(triesWithin(fault, exporter));
        table.set(row, exporter, outcomeOf(accountOf(ended, exporter)));
      }
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
      const { delivered, units } = accountOf(ended, exporter);
      // There is no connection that could take a request.
      const { spans, requests } = units;
      expect({ exporter, delivered, spans, requests }).toEqual({ exporter, delivered: 0, spans: 0, requests: 0 });
      expect(units.retries).toBeLessThanOrEqual(retriesWithin({ kind: "refuse" }, exporter));
      table.set(row, exporter, outcomeOf(accountOf(ended, exporter)));
    }
    fillWithoutOnce(row);
  });
});

describe.concurrent("when a backend", () => {
  it.each(passing)(
    "%s, once, what can still arrive does, each span once",
    (row, fault) =>
      withStandIns(async ({ intakes, environment, setFault }) => {
        await setFault(once(fault));
        const patience = { ...WARM, ...sizeFor(fault), FAILS: "no", CHARM_TELEMETRY_SHUTDOWN_MS: String(PATIENCE_MS) };
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
          table.set(row, `${exporter}, once`, outcomeOf(accountOf(ended, exporter)));
        }
      }),
    PATIENCE_MS + 20_000,
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  fillWithoutOnce("refuses connections");
  expect(table.toString()).toBe(tableOnPage(table));
});

/** With nothing pending, unless the deadline has ended all: what the table then has to say. */
function accountOf({ health }: EndedAgent, exporter: Exporter): ExporterHealth {
  const account = health[exporter];
  return expectBooks(account, EVENTS, account !== undefined && outcomeOf(account) === "`deadline`");
}

/** Spans so large that the sockets cannot hide that the backend does not read them. */
function sizeFor(fault: Fault): { readonly SPAN_KIB?: string } {
  return fault.kind === "slow" ? { SPAN_KIB: "900" } : {};
}

/** What is not answered takes longer than the deadline lasts: who tries it again has not kept to it. */
function isUnanswered({ kind }: Fault): boolean {
  return kind === "hang" || kind === "slow";
}

/** Sentry's spans go in two requests where the agent's run lasts longer than a batch waits. */
function retriesWithin(fault: Fault, exporter: Exporter): number {
  return isUnanswered(fault) ? 0 : (exporter === "sentry" ? 2 : 1) * REQUESTS[exporter] * (TRIES - 1);
}

/**
 * Of each request. Of what it has not read whole the stand-in knows no more than the path: Sentry has one for the spans
 * and the error.
 */
function triesWithin(fault: Fault, exporter: Exporter): number {
  const tries = isUnanswered(fault) ? 1 : TRIES;
  const isRead = fault.kind !== "reset" && fault.kind !== "slow";
  return exporter === "sentry" && !isRead ? 2 * TRIES : tries;
}

function once(fault: Fault): Fault {
  // Datadog's metrics and logs have paths of their own.
  return fault.kind === "refuse" ? fault : { ...fault, times: 1, path: /spans|multipart|envelope/ };
}
