import fc from "fast-check";
import { expect, it } from "vitest";
import { joinBody, planRequests } from "../../src/kit/request-plan.ts";

const LIST = { open: "[", separator: ",", close: "]" };

it("puts everything into one request that fits", () => {
  expect(planRequests(["1", "2", "3"], LIST, { maxRequestBytes: 7, maxRequestItems: 3 })).toEqual([{ from: 0, to: 3 }]);
});

it("starts another request at the limit of bytes, counted in UTF-8", () => {
  const items = ['"ä"', '"ä"'];
  expect(planRequests(items, LIST, { maxRequestBytes: 11, maxRequestItems: 9 })).toEqual([{ from: 0, to: 2 }]);
  expect(planRequests(items, LIST, { maxRequestBytes: 10, maxRequestItems: 9 })).toEqual([
    { from: 0, to: 1 },
    { from: 1, to: 2 },
  ]);
});

it("leaves out an item that is too large alone", () => {
  expect(planRequests(["1", "12345678", "3"], LIST, { maxRequestBytes: 7, maxRequestItems: 9 })).toEqual([
    { from: 0, to: 1 },
    { from: 2, to: 3 },
  ]);
});

it("keeps every request within both limits, and every item that fits, in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", maxLength: 12 })),
      fc.integer({ min: 4, max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (texts, maxRequestBytes, maxRequestItems) => {
        const items = texts.map((text) => JSON.stringify(text));
        const ranges = planRequests(items, LIST, { maxRequestBytes, maxRequestItems });
        for (const { from, to } of ranges) {
          expect(joinBody(items.slice(from, to), LIST).length).toBeLessThanOrEqual(maxRequestBytes);
          expect(to - from).toBeLessThanOrEqual(maxRequestItems);
        }
        const planned = ranges.flatMap(({ from, to }) => items.slice(from, to));
        expect(planned).toEqual(items.filter((item) => Buffer.byteLength(item) + 2 <= maxRequestBytes));
      },
    ),
  );
});

it("wastes no request: two neighbours never fit into one", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 }), { minLength: 1 }), (texts) => {
      const items = texts.map((text) => JSON.stringify(text));
      const limits = { maxRequestBytes: 40, maxRequestItems: 4 };
      const ranges = planRequests(items, LIST, limits);
      ranges.slice(1).forEach((range, index) => {
        const before = ranges[index] ?? range;
        const nextFits = joinBody(items.slice(before.from, range.from + 1), LIST).length <= limits.maxRequestBytes;
        expect(nextFits && before.to - before.from < limits.maxRequestItems).toBe(false);
      });
    }),
  );
});
