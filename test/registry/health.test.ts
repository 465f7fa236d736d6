import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../support/repository.ts";

type Severity = "error" | "warning" | "undecided";

interface Finding {
  readonly file: string;
  readonly severity: Severity;
  readonly rule: string;
}

interface Fact {
  readonly verified: boolean;
  readonly first_listed: string;
  readonly last_checked?: string;
  readonly health: "passing" | "stale" | "hidden";
  readonly failing_since?: string;
}

interface Facts {
  readonly version: "1.0";
  readonly exporters: Readonly<Record<string, Fact>>;
}

interface Night {
  readonly previous: Facts;
  readonly ids: readonly string[];
  readonly unpublished?: readonly string[];
  readonly findings: readonly Finding[];
  readonly now: Date;
}

const { nextFacts } = (await import(join(ROOT, "scripts/registry/health.mjs"))) as {
  nextFacts: (night: Night) => Facts;
};
const FIRST_NIGHT = Date.UTC(2026, 2, 1, 3, 17);
const NOTHING: Facts = { version: "1.0", exporters: {} };

function finding(severity: Severity, rule = "npm-missing", id = "acme"): Finding {
  return { file: `registry/telemetry/manifests/${id}.json`, severity, rule };
}

/** What is known of acme after each of some nights, of which each has a finding or none. */
function nights(...severities: (Severity | undefined)[]): (Fact | undefined)[] {
  let previous = NOTHING;
  return severities.map((severity, night) => {
    const now = new Date(FIRST_NIGHT + night * 86_400_000);
    const findings = severity === undefined ? [] : [finding(severity)];
    previous = nextFacts({ previous, ids: ["acme"], findings, now });
    return previous.exporters["acme"];
  });
}

function times<Value>(count: number, value: Value): Value[] {
  return Array.from({ length: count }, () => value);
}

it("shows an entry that fails for a week, then as stale, and after a month not at all", () => {
  const facts = nights(...times(32, "error" as const));
  const healths = facts.map((fact) => fact?.health);
  expect(healths).toEqual([...times(7, "passing"), ...times(23, "stale"), ...times(2, "hidden")]);
  expect(facts.at(-1)).toEqual({
    verified: false,
    first_listed: "2026-03-01",
    last_checked: "2026-04-01T03:17:00.000Z",
    health: "hidden",
    failing_since: "2026-03-01",
  });
});

it("forgets a failure when all is well, however long it was", () => {
  const well = nights(...times(40, "error" as const), undefined).at(-1);
  expect(well).toEqual({
    verified: true,
    first_listed: "2026-03-01",
    last_checked: "2026-04-10T03:17:00.000Z",
    health: "passing",
    failing_since: undefined,
  });
  const failing = nights(...times(40, "error" as const), undefined, "error").at(-1);
  expect(failing).toMatchObject({ health: "passing", failing_since: "2026-04-11" });
});

it("changes nothing in nights when nobody could tell, in good times and in bad", () => {
  const [good, stillGood] = nights(undefined, "undecided");
  expect(stillGood).toEqual(good);
  const bad = nights(...times(5, "error" as const), ...times(60, "undecided" as const));
  expect(bad.at(-1)).toEqual(bad[4]);
  expect(nights("undecided")).toEqual([{ verified: false, first_listed: "2026-03-01", health: "passing" }]);
});

it("verifies what npm has with a proof of its origin, and nothing else", () => {
  const verified = (findings: Finding[], unpublished: string[] = []): boolean | undefined =>
    nextFacts({ previous: NOTHING, ids: ["acme"], unpublished, findings, now: new Date(FIRST_NIGHT) }).exporters["acme"]
      ?.verified;
  expect(verified([])).toBe(true);
  expect(verified([finding("warning", "npm-deprecated")])).toBe(true);
  expect(verified([finding("warning", "provenance")])).toBe(false);
  expect(verified([finding("error", "provenance-match")])).toBe(false);
  expect(verified([], ["acme"])).toBe(false);
});

it("takes each finding for the entry whose manifest it is in, and forgets who is listed no longer", () => {
  const now = new Date(FIRST_NIGHT);
  const ids = ["tides", "acme", "acme-eu"];
  const findings = [finding("error"), finding("undecided", "npm-unreachable", "tides")];
  const previous = nextFacts({ previous: NOTHING, ids, findings, now });
  expect(Object.entries(previous.exporters).map(([id, fact]) => [id, fact.failing_since])).toEqual([
    ["acme", "2026-03-01"],
    ["acme-eu", undefined],
    ["tides", undefined],
  ]);
  expect(Object.keys(nextFacts({ previous, ids: ["tides"], findings: [], now }).exporters)).toEqual(["tides"]);
});
