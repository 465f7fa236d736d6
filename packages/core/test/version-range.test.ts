import { expect, it } from "vitest";
import { fits } from "../src/version-range.ts";

it.each([
  ["0.x", "0.1.0 0.99.3", "1.0.0"],
  ["*", "0.1.0 7.0.0", ""],
  ["", "0.1.0 7.0.0", ""],
  ["0.3.1", "0.3.1", "0.3.0 0.3.2"],
  ["=0.3.1", "0.3.1", "0.3.2"],
  ["1", "1.0.0 1.9.9", "0.9.9 2.0.0"],
  ["1.2.*", "1.2.0 1.2.9", "1.1.9 1.3.0"],
  ["^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"],
  ["^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0"],
  ["^0.0.3", "0.0.3", "0.0.2 0.0.4"],
  ["^0.0", "0.0.9", "0.1.0"],
  ["^0", "0.0.0 0.9.0", "1.0.0"],
  ["~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"],
  ["~1", "1.0.0 1.9.0", "2.0.0"],
  [">=0.2 <2", "0.2.0 1.9.9", "0.1.9 2.0.0"],
  [">= 0.2.0 < 0.4.0", "0.2.0 0.3.9", "0.1.9 0.4.0"],
  [">1.2", "1.3.0", "1.2.9"],
  ["<=1.2", "1.2.9 0.1.0", "1.3.0"],
  ["^0.1.0 || ^0.2.0 || ^1.0.0", "0.1.5 0.2.7 1.4.0", "0.3.0 2.0.0"],
])("knows what %j fits", (range, inside, outside) => {
  const verdicts = (versions: string): unknown[] =>
    versions
      .split(" ")
      .filter(Boolean)
      .map((each) => fits(each, range));
  expect(new Set([...verdicts(inside), true])).toEqual(new Set([true]));
  expect(new Set([...verdicts(outside), false])).toEqual(new Set([false]));
});

it.each([
  "latest",
  "workspace:0.x",
  "1.0.0-beta.1",
  "1.2.3 - 2.0.0",
  "git+https://example.com/a.git",
  "^0.1.0 || next",
])("does not pretend to know what %j fits", (range) => expect(fits("0.1.0", range)).toBeUndefined());

it("does not judge prereleases", () => {
  expect(fits("0.0.0-next-1a2b3c", "0.x")).toBeUndefined();
});
