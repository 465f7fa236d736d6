import { describe, expect, it } from "vitest";
import {
  EXPORTERS,
  MISBEHAVIOURS,
  eventsOf,
  runAgent,
  sourceOf,
  tableOf,
  tableOnPage,
  withStandIns,
} from "../src/index.ts";
import { expectBooks, expectNoSecret, expectUnharmed } from "../test/support/account.ts";

/** The run that meets it, and a short one when all that was taken of the first has been accounted for. */
const FIRST_EVENTS = eventsOf();
const EVENTS = FIRST_EVENTS + 2;
const SPANS = 5;
const FEWEST_EVENTS_OF_A_SPAN = 2;
/** What the agent says in the one and in the other, and what it asks and is answered. */
const WORDS = [
  ["high tide?", "Atlantis", "When?"],
  ["and tomorrow?", "at 14:50"],
] as const;

const table = tableOf("misbehaving");

describe.concurrent("an exporter that", () => {
  it.each([...MISBEHAVIOURS])(
    "%s costs the agent nothing, and the others nothing that is not counted",
    (row, misbehaviour) =>
      withStandIns(async ({ intakes, environment }) => {
        const ended = await runAgent({
          environment: { ...environment, AGAIN: "yes", CHARM_TELEMETRY_SHUTDOWN_MS: "45000" },
          more: { bad: sourceOf(misbehaviour) },
        });
        expectUnharmed(ended);
        expectNoSecret(ended, intakes);
        expect(ended.health["bad"]?.state).toBe(misbehaviour.losesThread ? "disabled" : "stopped");
        const signs = [...Object.keys(ended.health["bad"]?.droppedBy ?? {}), ended.stderr];
        expect(signs.join("\n")).toMatch(misbehaviour.isSeenBy);
        const costs = new Set<string>();
        for (const exporter of EXPORTERS) {
          const { delivered, droppedBy, pending, units } = expectBooks(ended.health[exporter], EVENTS);
          const { restart = 0, ...others } = droppedBy;
          expect({ exporter, others, pending }).toEqual({ exporter, others: {}, pending: 0 });
          for (const reason of Object.keys(droppedBy)) costs.add(`\`${reason}\``);
          // Whatever was lost was lost with the thread: the next run is not touched.
          expect(restart).toBeLessThanOrEqual(misbehaviour.losesThread ? FIRST_EVENTS : 0);
          // What the thread had sent and could not say any more is among what is counted as lost.
          const { acknowledged, duplicates } = intakes[exporter].units;
          const untold = acknowledged - duplicates - units.spans;
          expect(untold).toBeGreaterThanOrEqual(0);
          expect(untold * FEWEST_EVENTS_OF_A_SPAN).toBeLessThanOrEqual(restart);
          expect(restart === 0 ? { delivered, spans: units.spans } : {}).toEqual(
            restart === 0 ? { delivered: EVENTS, spans: SPANS } : {},
          );
          const sent = intakes[exporter].requests.map(({ body }) => body.toString()).join("\n");
          const [first, second] = WORDS;
          for (const words of restart === 0 ? [...first, ...second] : second) expect(sent).toContain(words);
          expect(sent).not.toContain("changed by another");
        }
        // What a thread takes with it depends on the moment: the most that it may be is what stands there.
        const seen = costs.size === 0 ? "nothing" : [...costs].join(", ");
        const cost = misbehaviour.losesThread ? "at most what was in the thread: `restart`" : seen;
        table.set(row, "to the three beside it", cost);
      }),
    90_000,
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  expect(table.toString()).toBe(tableOnPage(table));
});
