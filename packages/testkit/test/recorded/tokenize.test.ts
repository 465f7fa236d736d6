import fc from "fast-check";
import { expect, test } from "vitest";
import { tokenize } from "../../src/recorded/tokenize.ts";
import { codePoints } from "../support/runs.ts";

const anyText = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom("\ud83d", "\ude00", " ", "\n", "\u2028", "e\u0301", "👩‍👩‍👧"),
  ),
});

test("makes pieces that join to the text again", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(tokenize(text).join("")).toBe(text);
    }),
  );
});

test("splits no surrogate pair", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      let at = 0;
      for (const piece of tokenize(text)) {
        at += piece.length;
        const pair = text.slice(at - 1, at + 1);
        expect(/^[\ud800-\udbff][\udc00-\udfff]$/.test(pair)).toBe(false);
      }
    }),
  );
});

test("makes no empty and no long piece", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const sizes = tokenize(text).map(codePoints);
      expect(sizes.filter((size) => size < 1 || size > 8)).toEqual([]);
    }),
  );
});

test("cuts where words begin, as models do", () => {
  expect(tokenize("Your flight, unbelievably late.\n\nBye")).toEqual([
    "Your",
    " flight",
    ",",
    " unbeli",
    "evably",
    " late.",
    "\n\nBye",
  ]);
  expect(tokenize("")).toEqual([]);
  expect(tokenize(" ".repeat(20)).map(({ length }) => length)).toEqual([8, 8, 4]);
});

test("cuts a long text in a moment", () => {
  const text = "a😀 ".repeat(500_000);
  expect(tokenize(text).join("") === text).toBe(true);
});
