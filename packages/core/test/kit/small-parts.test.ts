import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedText } from "../../src/kit/bounded-text.ts";
import { describeFailure, oneLine } from "../../src/kit/describe-failure.ts";
import { Recent } from "../../src/kit/recent.ts";
import { Secret } from "../../src/kit/secret.ts";
import { sizeOf } from "../../src/kit/size-of.ts";
import { beginningOf, fits } from "../../src/kit/text.ts";

const same = (text: string): string => text;

describe("BoundedText", () => {
  it("joins what it is given", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 2000 }), (pieces) => {
        const text = new BoundedText(100_000);
        for (const piece of pieces) text.add(piece);
        expect(text.toText(same)).toBe(pieces.join(""));
      }),
      { numRuns: 20 },
    );
  });

  it("keeps the start and says how much is missing", () => {
    const text = new BoundedText(5);
    for (let index = 0; index < 5000; index++) text.add("ab");
    expect(text.toText(same)).toBe("ababa… [cut: 9995 more characters]");
    expect(text.length).toBeLessThan(5000);
  });

  it("never ends in half a code point", () => {
    const text = new BoundedText(3);
    for (let index = 0; index < 5000; index++) text.add("😀");
    expect(text.toText(same)).toBe("😀… [cut: 9998 more characters]");
  });

  it("masks a secret that was split over tokens, also one across the limit", () => {
    const text = new BoundedText(8);
    for (const token of ["say ", "canary", "-", "canary", "!"]) text.add(token);
    const masked = text.toText((joined) => joined.replaceAll("canary-canary", "[X]"));
    expect(masked).toBe("say [X]!");
  });

  it("keeps no half of a secret, though masks have made room for more", () => {
    for (let before = 0; before < 13; before++) {
      const text = new BoundedText(5000);
      text.add("x".repeat(before));
      for (let index = 0; index < 5000; index++) text.add("canary-canary");
      expect(text.toText((joined) => joined.replaceAll("canary-canary", "[X]"))).not.toContain("canary");
    }
  });
});

describe("Recent", () => {
  it("remembers the last ones and forgets the oldest", () => {
    const recent = new Recent<number>(100);
    for (let id = 0; id < 1000; id++) recent.set(String(id), id);
    const known = Array.from({ length: 1000 }, (_, id) => recent.get(String(id)) === id);
    expect(known.slice(900).every(Boolean)).toBe(true);
    expect(known.slice(0, 800).some(Boolean)).toBe(false);
  });
});

describe("Secret", () => {
  const key = new Secret("canary-0123456789", "ACME_KEY");

  it("shows itself in no print, text or JSON", () => {
    const shown = [inspect({ key }), String(key), JSON.stringify({ key }), inspect(key, { showHidden: true })];
    for (const text of shown) expect(text).not.toContain("canary");
    expect(key.reveal()).toBe("canary-0123456789");
  });

  it("takes itself out of text", () => {
    expect(key.redact("key canary-0123456789 is bad")).toBe("key [ACME_KEY_REDACTED] is bad");
  });
});

describe("words", () => {
  it.each([
    [Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "it refused the connection (ECONNREFUSED)"],
    [
      Object.assign(new Error("x"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
      expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    ],
    [new Error("odd\n\u001b[31m thing"), "odd [31m thing"],
    ["text", "text"],
    [undefined, "undefined"],
  ])("describes %j", (error, words) => {
    expect(describeFailure(error)).toEqual(words);
  });

  it("keeps an answer to one short line", () => {
    expect(oneLine(`a\r\n\tb ${"x".repeat(500)}`)).toMatch(/^a b x+…$/);
    expect(oneLine("x".repeat(500)).length).toBe(301);
  });
});

describe("a text", () => {
  it("has a beginning without half a code point", () => {
    expect(beginningOf("tide", 10)).toBe("tide");
    expect(beginningOf("tides", 4)).toBe("tide");
    expect(beginningOf("tid😀", 4)).toBe("tid");
    expect(beginningOf("tid😀", 5)).toBe("tid😀");
  });

  it("fits by its bytes, not by its length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(60), (text, maxBytes) => {
        expect(fits(text, maxBytes)).toBe(Buffer.from(text).length <= maxBytes);
      }),
    );
  });
});

describe("sizeOf", () => {
  it("grows with what a value holds", () => {
    expect(sizeOf({ a: "x".repeat(1000), b: ["y".repeat(500)] })).toBeGreaterThan(1500);
    expect(sizeOf(new Error("x".repeat(1000)))).toBeGreaterThan(2000);
    expect(sizeOf(null)).toBeLessThan(100);
  });
});
