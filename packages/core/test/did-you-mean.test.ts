import fc from "fast-check";
import { expect, it } from "vitest";
import { didYouMean } from "../src/did-you-mean.ts";

const NAMES = ["datadog", "langsmith", "sentry", "otlp"];

it.each([
  ["datdog", "datadog"],
  ["DATADOG", "datadog"],
  ["dataodg", "datadog"],
  ["lang-smith", "langsmith"],
  ["sentri", "sentry"],
  ["oltp", "otlp"],
])("takes %s for %s", (name, meant) => {
  expect(didYouMean(name, NAMES)).toBe(meant);
});

it.each(["acme", "", "x", "no-such-exporter", "d".repeat(10_000)])("takes %s for nothing", (name) => {
  expect(didYouMean(name, NAMES)).toBeUndefined();
});

it("finds a name with one letter dropped, whatever the name", () => {
  const word = fc.string({ minLength: 5, maxLength: 40 });
  fc.assert(
    fc.property(word, fc.nat(), (name, at) => {
      const index = at % name.length;
      expect(didYouMean(name.slice(0, index) + name.slice(index + 1), [name])).toBe(name);
    }),
  );
});
