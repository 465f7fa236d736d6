import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fixture, startHost } from "./thread-support.ts";

const NAMES = ["One", "Two", "Three"] as const;
type Name = (typeof NAMES)[number];

/** What an exporter can do to the thread that all of them share. */
const FATAL = ["block", "exit", "exitLater"] as const;

type Step =
  | { readonly do: "return" | "throw" | "reject" | "keep" | (typeof FATAL)[number]; readonly who: Name }
  | { readonly do: "flush" | "turn" };

interface Note {
  readonly fate: "given" | "delivered" | "thrown" | "rejected";
  readonly number: number;
}

const who = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ do: fc.constantFrom("return", "throw", "reject", "keep"), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom(...FATAL), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("flush", "turn") }) },
);

const PATIENCE_MS = 20_000;
/** The same in every run of the tests: threads are too slow to try many. */
const SAMPLE = { seed: 20, numRuns: 8 } as const;

it(
  "each event is settled once, as its exporter has seen it, whatever exporters do to their thread",
  { timeout: 240_000 },
  async () => {
    let replaced = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 60 }), async (steps) => {
        const { host, tokens, health, notes, diary } = startHost(
          NAMES.map((name) => fixture(name, "scripted.mjs")),
          { limits: { blockedMs: 1000, blockedLoadingMs: 5000, breakerFailures: 1000 } },
        );
        let count = 0;
        for (const each of steps) {
          if (each.do === "flush") await host.flush(PATIENCE_MS);
          else if (each.do === "turn") await nextTurn();
          else if ("who" in each) tokens(`${each.do} ${each.who} ${count++}`);
        }
        await host.flush(PATIENCE_MS);
        await host.shutdown(PATIENCE_MS);
        replaced += diary.filter((line) => line.includes("a thread for")).length - 1;

        for (const name of NAMES) {
          const noted = notes(name) as Note[];
          const numbers = (fate: Note["fate"]): number[] =>
            noted.filter((note) => note.fate === fate).map(({ number }) => number);
          const given = numbers("given");
          expect(given).toEqual([...new Set(given)].toSorted((a, b) => a - b));

          const { accepted, delivered, dropped, droppedBy, pending } = health(name);
          expect({ accepted, pending, sum: delivered + dropped }).toEqual({ accepted: count, pending: 0, sum: count });
          const { failed = 0, restart = 0, disabled = 0, ...others } = droppedBy;
          expect(others).toEqual({});
          expect(delivered).toBe(numbers("delivered").length);
          // The thread can end between a rejection and the moment in which the host hears of it.
          expect(failed).toBeGreaterThanOrEqual(numbers("thrown").length);
          expect(failed).toBeLessThanOrEqual(numbers("thrown").length + numbers("rejected").length);

          const own = steps.filter((each) => "who" in each && each.who === name).map((each) => each.do);
          if (own.some((what) => FATAL.some((fatal) => fatal === what))) continue;
          expect(given).toHaveLength(count);
          expect(disabled).toBe(0);
          // Lost with a thread that others have ended: what this one had begun or kept for later, and nothing else.
          expect(restart).toBeLessThanOrEqual(own.filter((what) => what === "keep" || what === "reject").length);
        }
      }),
      { ...SAMPLE, endOnFailure: true },
    );
    // How many of the deaths that are asked for meet a thread that lives is a matter of timing; most do.
    expect(replaced).toBeGreaterThan(SAMPLE.numRuns / 2);
  },
);
