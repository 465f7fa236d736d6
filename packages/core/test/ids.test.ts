import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newSpanId, traceIdOf, uuidv7 } from "../src/ids.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("uuidv7", () => {
  it("has the form of RFC 9562 and begins with the time", () => {
    fc.assert(
      fc.property(fc.nat(281_474_976_710_655), fc.double({ min: 0, max: 0.999, noNaN: true }), (ms, fraction) => {
        const id = uuidv7(ms + fraction);
        expect(id).toMatch(UUID_V7);
        expect(Number.parseInt(id.slice(0, 13).replace("-", ""), 16)).toBe(Math.trunc(ms + fraction));
      }),
    );
  });

  it("takes the present time by itself", () => {
    const before = Date.now();
    const ms = Number.parseInt(uuidv7().slice(0, 13).replace("-", ""), 16);
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now());
  });

  it("sorts by time", () => {
    const ids = Array.from({ length: 1000 }, (_, index) => uuidv7(1_800_000_000_000 + index));
    expect(ids.toSorted()).toEqual(ids);
  });

  it("never repeats, within one millisecond either", () => {
    const ids = new Set<string>();
    for (let count = 0; count < 1_000_000; count++) ids.add(uuidv7(1_800_000_000_000));
    expect(ids.size).toBe(1_000_000);
  });

  it("uses every bit that is free", () => {
    const seen = { zero: new Set<number>(), one: new Set<number>() };
    for (let count = 0; count < 500; count++) {
      const bits = BigInt(`0x${uuidv7(0).replaceAll("-", "")}`);
      for (let bit = 0; bit < 80; bit++) ((bits >> BigInt(bit)) & 1n ? seen.one : seen.zero).add(bit);
    }
    const fixed = [62, 63, 76, 77, 78, 79]; // the variant's two bits and the version's four
    for (let bit = 0; bit < 80; bit++) {
      expect(seen.zero.has(bit) && seen.one.has(bit)).toBe(!fixed.includes(bit));
    }
  });
});

describe("newSpanId", () => {
  it("is 16 hex digits that never repeat", () => {
    const ids = new Set<string>();
    for (let count = 0; count < 1_000_000; count++) ids.add(newSpanId());
    expect(ids.size).toBe(1_000_000);
    for (const id of [...ids].slice(0, 10_000)) expect(id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
  });
});

describe("traceIdOf", () => {
  it("is the digits of a UUID, of any version and case", () => {
    expect(traceIdOf("0192F0C1-7A10-7000-8000-00000000C0DE")).toBe("0192f0c17a107000800000000000c0de");
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(traceIdOf(id)).toBe(id.replaceAll("-", ""));
      }),
    );
  });

  it("is the start of the SHA-256 of any other run id", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (id) => {
        expect(traceIdOf(id)).toBe(createHash("sha256").update(id).digest("hex").slice(0, 32));
      }),
    );
    expect(traceIdOf("local")).toBe("25bf8e1a2393f1108d37029b3df55932");
    expect(traceIdOf("0192f0c17a107000800000000000c0de")).not.toBe("0192f0c17a107000800000000000c0de");
  });
});
