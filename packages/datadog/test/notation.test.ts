import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, nanoseconds, normalised, tagOf } from "../src/notation.ts";

it("writes an id as the decimal number that it is", () => {
  expect([decimal("0000000000000001"), decimal("ffffffffffffffff")]).toEqual(["1", "18446744073709551615"]);
});

describe("a time", () => {
  it.each([
    [0, "0"],
    [1, "1000000"],
    [1_795_338_694_583.0181, "1795338694583018066"],
    [1_795_338_694_583, "1795338694583000000"],
    [1_795_338_694_583.9998, "1795338694583999756"],
    [4.9999999, "5000000"],
  ])("%d ms is exactly %s ns", (ms, ns) => {
    expect(nanoseconds(ms)).toBe(ns);
  });

  it("keeps every digit of a time, where a number would round it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 41 - 1 }), fc.integer({ min: 0, max: 4095 }), (ms, fraction) => {
        const time = ms + fraction / 4096;
        const exact = BigInt(ms) * 1_000_000n + BigInt(Math.round((fraction * 1e6) / 4096));
        expect(BigInt(nanoseconds(time)) - exact).toBe(0n);
      }),
    );
  });
});

describe("a tag", () => {
  it.each([
    ["team:research", undefined, "team:research"],
    ["fast", undefined, "tag:fast"],
    ["7:x", undefined, "tag:7:x"],
    ["key:", undefined, "tag:key:"],
    [" a:b,c\td ", undefined, "a:b_c_d"],
    ["", undefined, undefined],
    [" ,\n", undefined, undefined],
    ["1.2.3", "version", "version:1.2.3"],
    ["a:b", "env", "env:a:b"],
    ["größe:ä", undefined, "größe:ä"],
  ])("makes of %j (key %j) %j", (text, key, tag) => {
    expect(tagOf(text, key)).toBe(tag);
  });

  it("makes what Datadog takes, of anything", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        const tag = tagOf(text);
        if (tag === undefined) return;
        expect(tag).toMatch(/^\p{L}[^:]*:/u);
        expect(tag).not.toMatch(/[,\s]/);
        expect(tag.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});

it.each([
  ["Größe", "größe"],
  ["gpt-4o.mini/v1:x", "gpt-4o.mini/v1:x"],
  ["a @_b__c", "a_b_c"],
  ["end__", "end"],
  ["🙂", ""],
])("rewrites %j as Datadog does in tags: %j", (text, written) => {
  expect(normalised(text)).toBe(written);
  expect(normalised(written)).toBe(written);
});
