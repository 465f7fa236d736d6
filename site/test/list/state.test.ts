import fc from "fast-check";
import { expect, it } from "vitest";
import { INITIAL, hrefOf, stateOf } from "../../src/list/state.ts";
import type { ListState } from "../../src/list/state.ts";

const BASE = "/charm/";
const at = (path: string): ListState | undefined => stateOf(new URL(path, "https://plugins.example"), BASE);

it("reads what an address asks for", () => {
  expect(at("/charm/?q=data+dog&tag=a&tag=b&status=active&license=MIT&verified=1&sort=newest&page=3")).toEqual({
    query: "data dog",
    tags: ["a", "b"],
    status: "active",
    license: "MIT",
    isVerified: true,
    sort: "newest",
    page: 3,
  });
});

it("has one address for the whole list, and one for each of its pages", () => {
  expect(hrefOf(INITIAL, BASE)).toBe("/charm/");
  expect(hrefOf({ ...INITIAL, page: 2 }, BASE)).toBe("/charm/page/2/");
  expect(at("/charm/page/2/")).toEqual({ ...INITIAL, page: 2 });
  expect(at("/charm/index.html")).toEqual(INITIAL);
});

it.each(["/", "/other/", "/charm/exporters/datadog/", "/charm/page/x/", "/charm/api/"])(
  "knows no list at %s",
  (path) => {
    expect(at(path)).toBeUndefined();
  },
);

it("makes the best of nonsense", () => {
  expect(at("/charm/?sort=up&page=-1&verified=yes&tag=&tag=a&tag=a")).toEqual({ ...INITIAL, tags: ["a"] });
  expect(at(`/charm/?q=${"x".repeat(5000)}`)?.query).toHaveLength(200);
});

it("brings every state back from its address", () => {
  const word = fc.string({ unit: "binary", maxLength: 20 }).filter((text) => text.trim() !== "");
  const state = fc.record({
    query: fc.oneof(fc.constant(""), word),
    tags: fc.uniqueArray(word, { maxLength: 4 }),
    status: fc.constantFrom("", "active", "deprecated"),
    license: fc.oneof(fc.constant(""), word),
    isVerified: fc.boolean(),
    sort: fc.constantFrom("match", "newest", "downloads"),
    page: fc.integer({ min: 1, max: 999 }),
  });
  fc.assert(
    fc.property(state, (each) => {
      expect(at(hrefOf(each, BASE))).toEqual(each);
    }),
  );
});
