import { expect, it } from "vitest";
import { readIndex } from "../../src/build/read-index.ts";
import { FIRST_PARTY, indexOf } from "../support/entries.ts";
import { HOSTILE, REFUSED } from "../support/hostile.ts";

const read = (entries: readonly unknown[], facts?: object): ReturnType<typeof readIndex> =>
  readIndex(indexOf(entries).toString(), facts && JSON.stringify({ version: "1.0", exporters: facts }));

const [datadog] = FIRST_PARTY;

it("sorts by id, and knows nothing of a package that was not checked", () => {
  const { exporters, problems } = read(FIRST_PARTY.toReversed());
  expect(exporters.map(({ id }) => id)).toEqual(["datadog", "langsmith", "sentry"]);
  expect(exporters[0]).toMatchObject({ verified: false, status: "active", isStale: false });
  expect(exporters[0]?.downloads).toBeUndefined();
  expect(problems).toEqual([]);
});

it("adds what the checks have found out", () => {
  const facts = { verified: true, first_listed: "2026-01-02", last_checked: "2026-10-01T03:00:00Z", downloads: 12 };
  expect(read(FIRST_PARTY, { datadog: facts }).exporters[0]).toMatchObject({ ...facts, last_checked: "2026-10-01" });
});

it("takes the earlier day of what the facts and git know", () => {
  const listed = new Map([
    ["datadog", "2026-01-01"],
    ["sentry", "2026-06-06"],
  ]);
  const facts = JSON.stringify({
    version: "1.0",
    exporters: { datadog: { first_listed: "2026-01-02" }, langsmith: { first_listed: "2026-03-03" } },
  });
  const { exporters } = readIndex(indexOf(FIRST_PARTY).toString(), facts, listed);
  expect(exporters.map(({ first_listed }) => first_listed)).toEqual(["2026-01-01", "2026-03-03", "2026-06-06"]);
});

it("shows what has failed for a week as stale, and hides what has failed for longer", () => {
  const facts = { datadog: { health: "stale" }, sentry: { health: "hidden" } };
  const { exporters } = read(FIRST_PARTY, facts);
  expect(exporters.map(({ id, isStale }) => [id, isStale])).toEqual([
    ["datadog", true],
    ["langsmith", false],
  ]);
});

it("gives nobody a badge for saying so", () => {
  const boasting = { ...datadog, verified: true, downloads: 1e9, last_checked: "2026-10-01", isStale: false };
  expect(read([boasting]).exporters[0]).toMatchObject({ verified: false });
  expect(read([boasting]).exporters[0]?.downloads).toBeUndefined();
  expect(read([datadog], JSON.parse('{"__proto__": {"verified": true}}') as object).exporters[0]?.verified).toBe(false);
});

it("leaves out what could leave the page, says so, and shows the others", () => {
  const { exporters, problems } = read([...REFUSED, datadog]);
  expect(exporters.map(({ id }) => id)).toEqual(["datadog"]);
  expect(problems).toHaveLength(REFUSED.length);
  expect(problems[0]).toMatch(/^exporters\[0\] is left out: id: /);
});

it("keeps the first of two with one id", () => {
  const { exporters, problems } = read([datadog, { ...datadog, name: "Another" }]);
  expect(exporters.map(({ name }) => name)).toEqual(["Datadog"]);
  expect(problems).toEqual(['exporters[1] is left out: id "datadog" is there already']);
});

it("links to GitHub alone", () => {
  expect(read(HOSTILE).exporters[0]?.github_url).toBeUndefined();
  for (const url of [
    "http://github.com/a/b",
    "https://github.com.evil.example/a/b",
    "https://github.com@evil.example/a/b",
  ])
    expect(read([{ ...datadog, github_url: url }]).exporters[0]?.github_url).toBeUndefined();
  expect(read([datadog]).exporters[0]?.github_url).toBe(datadog?.github_url);
});

it("shows an entry without facts that make no sense", () => {
  const { exporters, problems } = read([datadog], { datadog: { verified: "yes", downloads: -1 } });
  expect(exporters[0]?.verified).toBe(false);
  expect(problems[0]).toMatch(/^the facts of "datadog" are left out: verified: .*; downloads: /);
});

it.each([
  ["not JSON", "{"],
  ["another version", '{"version":"2.0","exporters":[]}'],
  ["no index", "[]"],
])("refuses a file that is %s", (_, text) => {
  expect(() => readIndex(text)).toThrow(/^the index: /);
});
