import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./support/repository.ts";

type Values = Record<string, number>;
type Target = { what: string; atMost: number; value: (of: (name: string, key: string) => number) => number };
type Suite = {
  columns: { key: string; ratioOf?: string; to?: string }[];
  cases: { name: string; run: (round: number) => Values }[];
  targets: Target[];
};
type Result = {
  cases: { values: Record<string, object>; failed?: string }[];
  targets: { verdict: string; measured: number | null }[];
};

const { runSuite } = (await import(join(ROOT, "bench/lib/run-suite.mjs"))) as {
  runSuite: (suite: Suite, repetitions: number, progress: () => void) => Promise<Result>;
};
const { assertAccounts } = (await import(join(ROOT, "bench/lib/accounts.mjs"))) as {
  assertAccounts: (accounts: object[], exporters: string[], events: number) => void;
};

function run(suite: Suite): Promise<Result> {
  return runSuite(suite, 3, () => {});
}

it("a benchmark that wants nothing lost is judged by its worst round, others by the median", async () => {
  const rounds = [200, 0, 0];
  const { targets } = await run({
    columns: [{ key: "n" }],
    cases: [{ name: "ours", run: (round) => ({ n: rounds[round] ?? 0 }) }],
    targets: [
      { what: "lost", atMost: 0, value: (of) => of("ours", "n") },
      { what: "time", atMost: 10, value: (of) => of("ours", "n") },
    ],
  });
  expect(targets).toMatchObject([
    { measured: 200, verdict: "MISSED" },
    { measured: 0, verdict: "met" },
  ]);
});

it("a benchmark that fails in a later round has no figures and meets no target, nor does what is compared with it", async () => {
  const { cases, targets } = await run({
    columns: [{ key: "ms" }, { key: "ratio", ratioOf: "ms", to: "base" }],
    cases: [
      {
        name: "base",
        run(round) {
          if (round === 2) throw new Error("broken");
          return { ms: 1 };
        },
      },
      { name: "ours", run: () => ({ ms: 1 }) },
    ],
    targets: [
      { what: "base", atMost: 10, value: (of) => of("base", "ms") },
      { what: "ours to base", atMost: 10, value: (of) => of("ours", "ratio") },
    ],
  });
  expect(cases[0]).toMatchObject({ failed: "broken", values: {} });
  expect(Object.keys(cases[0]?.values ?? {})).toEqual([]);
  expect(targets.map(({ verdict }) => verdict)).toEqual(["not measured", "not measured"]);
});

const ACCOUNT = { name: "datadog", accepted: 10, delivered: 8, dropped: 1, pending: 1 };

it("a benchmark takes an account that names every event, once", () => {
  expect(() => assertAccounts([ACCOUNT], ["datadog"], 10)).not.toThrow();
});

it.each([
  ["events that it was not told", { accepted: 11, pending: 2 }],
  ["fewer events than it was told", { accepted: 9, pending: 0 }],
  ["an event twice", { delivered: 10, pending: -1 }],
])("a benchmark takes no account with %s", (_, wrong) => {
  expect(() => assertAccounts([{ ...ACCOUNT, ...wrong }], ["datadog"], 10)).toThrow("does not add up");
});
