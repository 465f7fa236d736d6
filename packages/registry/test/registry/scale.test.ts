import { expect, it } from "vitest";
import { buildIndex, validateRegistry } from "../../src/index.ts";
import { isOneLetterFrom, SimilarNames } from "../../src/rules/similar.ts";
import { fileOf, read } from "../support/manifests.ts";

const SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "xy"];

/** Five syllables, the last made of the others, so that no two ids are a letter apart. */
function idOf(index: number): string {
  const digits = [index % 16, (index >> 4) % 16, (index >> 8) % 16, (index >> 12) % 16];
  const check = digits.reduce((sum, digit, place) => sum + digit * (place + 1), 0) % 16;
  return [...digits, check].map((digit) => SYLLABLES[digit]).join("");
}

it("finds the two that look alike among 10,000, and nothing else", () => {
  const files = Array.from({ length: 10_000 }, (_, index) => fileOf(idOf(index)));
  const twin = `${idOf(5000)}x`;
  const findings = validateRegistry({ files: [...files, fileOf(twin, { npm_package: "@twin/telemetry" })] });
  expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
    `registry/telemetry/manifests/${twin}.json id-similar`,
  ]);
}, 120_000);

it("builds the same bytes of the same manifests in any order", () => {
  const manifests = Array.from({ length: 300 }, (_, index) => read(fileOf(idOf(index))));
  const { text, index } = buildIndex(manifests);
  expect(buildIndex(manifests.toReversed()).text).toBe(text);
  expect(JSON.parse(text)).toEqual(index);
  expect(index.exporters.map(({ id }) => id)).toEqual(index.exporters.map(({ id }) => id).toSorted());
});

it("finds the same neighbours as comparing all with all", () => {
  const letters = Array.from("abm1lo0rn-");
  // A sequence that looks random and is the same each time.
  let state = 1;
  const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  const names = new Set(
    Array.from({ length: 400 }, () =>
      Array.from({ length: 2 + next(5) }, () => letters[next(letters.length)]).join(""),
    ),
  );
  const similar = new SimilarNames<undefined>();
  const before: string[] = [];
  let count = 0;
  for (const name of names) {
    const expected = before.filter((other) => isOneLetterFrom(name, other));
    expect(
      similar
        .near(name)
        .map((near) => near.name)
        .toSorted(),
    ).toEqual(expected.toSorted());
    count += expected.length;
    similar.add(name, undefined);
    before.push(name);
  }
  expect(count).toBeGreaterThan(50);
});
