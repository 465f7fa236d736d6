import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { TelemetryError } from "../src/errors.ts";
import { Masker } from "../src/secrets.ts";
import { cutText, maskCutsWith } from "../src/cut-text.ts";
import { errorFromRecord, errorRecord, snapshotError } from "../src/error-record.ts";
import {
  errorText,
  memberOf,
  SNAPSHOT_LIMITS,
  snapshotName,
  snapshotRecord,
  snapshotText,
  snapshotValue,
  textMemberOf,
} from "../src/snapshot.ts";
import { deep, HOSTILE_NAMES, hostile, revoked, thrower, throwingTraps } from "./support/hostile.ts";

const counter = (): { truncated: number } => ({ truncated: 0 });
const copy = (value: unknown): unknown => snapshotValue(value, counter());

/** Nothing but JSON's own kinds of value, all of them own and enumerable data. */
function expectJson(value: unknown): void {
  const text = JSON.stringify(value);
  expect(JSON.parse(text)).toEqual(withoutNegativeZero(value));
  expect(text.length).toBeLessThan(8 * SNAPSHOT_LIMITS.characters);
}

function withoutNegativeZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  if (typeof value !== "object" || value === null) return value;
  const copied = {};
  for (const [key, member] of Object.entries(value))
    Object.defineProperty(copied, key, { value: withoutNegativeZero(member), enumerable: true });
  return copied;
}

describe("a snapshot of a value", () => {
  it("keeps JSON as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
        expect(copy(value)).toEqual(value);
      }),
    );
  });

  it("is JSON for anything, within bounds", () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expectJson(copy(value));
        expect(typeof snapshotText(value, counter())).toBe("string");
        const record = snapshotRecord(value, counter());
        expect(typeof record === "object" && !Array.isArray(record)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(HOSTILE_NAMES)("stays JSON-safe and small for %s, in every position", (name) => {
    const value = hostile(name);
    for (const held of [value, [value], { member: value }, new Map([[value, value]]), { toJSON: () => value }]) {
      const json = copy(held);
      expectJson(json);
      expect(() => snapshotText(held, counter())).not.toThrow();
      expect(() => snapshotRecord(held, counter())).not.toThrow();
    }
  });

  it("shows what JSON cannot", () => {
    const error = Object.assign(new RangeError("far", { cause: new Error("near") }), { code: "E_FAR", stack: "S" });
    expect(
      copy({
        absent: undefined,
        method() {},
        list: [undefined, () => {}, Symbol("s")],
        bigint: 10n,
        infinite: Infinity,
        date: new Date(0),
        never: new Date(Number.NaN),
        pattern: /a+/giu,
        url: new URL("http://localhost/a?b"),
        map: new Map<unknown, unknown>([
          ["a", 1],
          [2, new Map([[null, "deep"]])],
          [{ x: 1 }, "by object"],
        ]),
        set: new Set([1, [2]]),
        bytes: new Uint16Array(3),
        buffer: new ArrayBuffer(5),
        promise: Promise.resolve(),
        boxed: [new String("s"), new Number(1), new Boolean(false), Object(1n)],
        error,
      }),
    ).toEqual({
      list: [null, "[Function ]", "Symbol(s)"],
      bigint: "10",
      infinite: "Infinity",
      date: "1970-01-01T00:00:00.000Z",
      never: "Invalid Date",
      pattern: "/a+/giu",
      url: "http://localhost/a?b",
      map: { a: 1, "2": { null: "deep" }, '{"x":1}': "by object" },
      set: [1, [2]],
      bytes: "[Uint16Array: 6 bytes]",
      buffer: "[ArrayBuffer: 5 bytes]",
      promise: "[Promise]",
      boxed: ["s", 1, false, "1"],
      error: {
        name: "RangeError",
        message: "far",
        stack: "S",
        code: "E_FAR",
        cause: { name: "Error", message: "near", stack: expect.stringContaining("near") as string },
      },
    });
  });

  it("recognises dates, maps and errors of another realm", () => {
    expect(copy(hostile("things of another realm"))).toMatchObject({
      date: "1970-01-01T00:00:00.000Z",
      map: { "1": 2 },
      error: { name: "TypeError", message: "far" },
    });
  });

  it("does not change when its source does", () => {
    const source = { list: [1, { deep: "before" }], map: new Map([["k", "before"]]) };
    const taken = copy(source);
    (source.list[1] as { deep: string }).deep = "after";
    source.list.push(2);
    source.map.set("k", "after");
    expect(taken).toEqual({ list: [1, { deep: "before" }], map: { k: "before" } });
  });

  it("repeats what is shared and names what is circular", () => {
    const shared = { a: 1 };
    const value: Record<string, unknown> = { left: shared, right: shared };
    value["self"] = value;
    expect(copy(value)).toEqual({ left: { a: 1 }, right: { a: 1 }, self: "[Circular]" });
  });

  it("keeps what can be read beside what cannot", () => {
    const list = new Proxy([1, 2, 3], { get: (target, key) => (key === "1" ? thrower() : Reflect.get(target, key)) });
    expect(
      copy({
        list,
        bad: {
          get bad() {
            return thrower();
          },
          good: 1,
        },
        gone: revoked({}),
      }),
    ).toEqual({
      list: [1, "[Unreadable: hostile]", 3],
      bad: { bad: "[Unreadable: hostile]", good: 1 },
      gone: expect.stringContaining("[Unreadable: ") as string,
    });
  });

  it("does not touch prototypes by the key __proto__", () => {
    const taken = copy(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.getPrototypeOf(taken)).toBe(Object.prototype);
    expect(JSON.stringify(taken)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(JSON.stringify(structuredClone(taken))).toBe('{"__proto__":{"polluted":true}}');
  });

  it("survives a revoked proxy at the greatest depth", () => {
    let value: unknown = revoked({});
    for (let level = 0; level < SNAPSHOT_LIMITS.depth; level++) value = [value];
    expect(JSON.stringify(copy(value))).toContain("[Unreadable: ");
  });

  it("does not throw when the stack is nearly used up", () => {
    const failures: unknown[] = [];
    let taken = 0;
    const dive = (): void => {
      try {
        snapshotValue({ a: { b: [1, new Error("e")] } }, counter());
        taken++;
      } catch (error) {
        failures.push(error);
      }
      dive();
    };
    expect(dive).toThrow(RangeError);
    expect(taken).toBeGreaterThan(100);
    // The very last frames have no room for any call at all.
    expect(failures.length).toBeLessThan(taken / 20);
  });
});

describe("the bounds of a snapshot", () => {
  it("cuts depth, width and text, and counts each value once", () => {
    const count = counter();
    const limits = { depth: 2, nodes: 10, characters: 20 };
    expect(snapshotValue(deep(5), count, limits)).toEqual({ next: { next: "[Object]" } });
    expect(count.truncated).toBe(1);
    expect(snapshotValue([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], count, limits)).toEqual([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      "[3 more]",
    ]);
    expect(count.truncated).toBe(2);
    expect(snapshotValue(["0123456789", "0123456789", "0123456789", "0123456789"], count, limits)).toEqual([
      "0123456789",
      "0123456789",
      "… [cut: 10 more characters]",
      "… [cut: 10 more characters]",
    ]);
    expect(count.truncated).toBe(3);
    expect(
      Object.keys(snapshotRecord(Object.fromEntries(Array.from("abcdefghijkl").map((key) => [key, 1])), count, limits)),
    ).toEqual(["a", "b", "c", "d", "e", "f", "g", "h", "i", "…"]);
    expect(count.truncated).toBe(4);
    expect(snapshotText("x".repeat(21), count, limits)).toBe("… [cut: 21 more characters]");
    expect(count.truncated).toBe(5);
    expect(snapshotText("x".repeat(20), count, limits)).toBe("x".repeat(20));
    expect(count.truncated).toBe(5);
  });

  it("holds for objects, keys and texts together", () => {
    const words = fc.array(fc.dictionary(fc.string({ maxLength: 50 }), fc.string({ maxLength: 500 })));
    const limits = { depth: 3, nodes: 20, characters: 100 };
    fc.assert(
      fc.property(words, (value) => {
        const text = JSON.stringify(snapshotValue(value, counter(), limits));
        // Each text that is cut leaves a marker of its own, and each unit may be escaped.
        expect(text.length).toBeLessThan(limits.characters * 6 + limits.nodes * 2 * 60);
      }),
    );
  });

  it("never leaves half a code point", () => {
    expect(cutText(`ab😀${"c".repeat(100)}`, 51)).toBe("ab… [cut: 102 more characters]");
    expect(cutText(`ab😀${"c".repeat(100)}`, 52)).toBe("ab😀… [cut: 100 more characters]");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.integer({ min: 48, max: 200 }), (text, limit) => {
        const cut = cutText(text, limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(cutText(cut, limit)).toBe(cut);
        expect(/\p{Surrogate}/u.test(cut)).toBe(false);
        expect(text.startsWith(cut.replace(/… \[cut: \d+ more characters\]$/, ""))).toBe(true);
      }),
    );
  });

  describe("and secrets", () => {
    const SECRET = "canary-0123456789-canary";
    const LIMIT = 200;

    function knowSecrets(): void {
      maskCutsWith(new Masker(new Map([[SECRET, "CANARY"]])));
      onTestFinished(() => maskCutsWith(new Masker()));
    }

    it("never keep one half of a secret, wherever the cut is", () => {
      knowSecrets();
      const limits = { depth: 3, nodes: 50, characters: LIMIT };
      for (let before = LIMIT - 100; before <= LIMIT + 1; before++) {
        const text = `${"x".repeat(before)}${SECRET}${"y".repeat(100)}`;
        for (const cut of [
          cutText(text, LIMIT),
          snapshotText(text, counter(), limits),
          snapshotText({ text }, counter(), limits),
          JSON.stringify(snapshotValue(["short", { [text]: text }], counter(), limits)),
        ])
          // A whole one is masked later, as in any text.
          expect(cut.replaceAll(SECRET, "")).not.toContain("canary");
      }
    });

    it("never keep a half that masks have moved before the cut", () => {
      knowSecrets();
      for (let before = 0; before < SECRET.length; before++) {
        const cut = cutText("x".repeat(before) + SECRET.repeat(2000), LIMIT);
        expect(cut.replaceAll(SECRET, "")).not.toContain("canary");
        expect(cut.length).toBeLessThanOrEqual(LIMIT);
      }
    });

    it("are kept out of names, ids and errors", () => {
      knowSecrets();
      const name = `${"x".repeat(940)}${SECRET}${"y".repeat(100)}`;
      expect(textMemberOf({ name }, "name")).not.toContain("canary");
      expect(snapshotName(name, counter())).not.toContain("canary");
      const message = `${"x".repeat(256 * 1024 - 60)}${SECRET}${"y".repeat(100)}`;
      const error = Object.assign(new Error(message, { cause: { message } }), { stack: message, code: message });
      expect(JSON.stringify(errorRecord(error))).not.toContain("canary");
    });

    it("count nothing as cut that is short enough once it is masked", () => {
      knowSecrets();
      const count = counter();
      const text = `${"x".repeat(150)}${SECRET}${SECRET}${SECRET}`;
      expect(snapshotText(text, count, { depth: 1, nodes: 1, characters: 205 })).toBe(
        `${"x".repeat(150)}${"[CANARY_REDACTED]".repeat(3)}`,
      );
      expect(snapshotValue([text], count, { depth: 1, nodes: 2, characters: 205 })).toHaveLength(1);
      expect(count.truncated).toBe(0);
    });
  });

  it("lets go of the text that it was cut from", () => {
    const before = process.memoryUsage().heapUsed;
    const pieces = Array.from({ length: 20 }, (_, index) => cutText(`${index}`.repeat(10_000_000), 100));
    expect(pieces).toHaveLength(20);
    // 20 parents of 10 to 20 MB: held together they would be 300 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000_000);
  });
});

describe("snapshotText and snapshotRecord", () => {
  it("carry text as it is, nothing as nothing, and the rest as JSON", () => {
    expect(snapshotText("a\ud800\0", counter())).toBe("a\ud800\0");
    expect(snapshotText(undefined, counter())).toBe("");
    expect(snapshotText(null, counter())).toBe("");
    expect(snapshotText(5, counter())).toBe("5");
    expect(snapshotText(10n, counter())).toBe("10");
    expect(snapshotText({ a: [1, "x"] }, counter())).toBe('{"a":[1,"x"]}');
    expect(snapshotText(new Date(0), counter())).toBe("1970-01-01T00:00:00.000Z");
    expect(snapshotRecord({ a: 1 }, counter())).toEqual({ a: 1 });
    expect(snapshotRecord(undefined, counter())).toEqual({});
    expect(snapshotRecord("text", counter())).toEqual({ value: "text" });
    expect(snapshotRecord([1], counter())).toEqual({ value: [1] });
    expect(snapshotRecord(new Map([["k", 1]]), counter())).toEqual({ k: 1 });
  });
});

describe("memberOf", () => {
  it("reads members of anything", () => {
    expect(memberOf({ a: 1 }, "a")).toBe(1);
    expect(textMemberOf({ a: "" }, "a")).toBeUndefined();
    expect(textMemberOf({ a: 1 }, "a")).toBeUndefined();
    expect(textMemberOf({ a: "text" }, "a")).toBe("text");
    for (const name of HOSTILE_NAMES) expect(() => memberOf(hostile(name), "message")).not.toThrow();
  });
});

describe("a snapshot of an error", () => {
  it("keeps name, message, stack, code and causes", () => {
    const cause = Object.assign(new TypeError("inner"), { code: "E_INNER" });
    const error = Object.assign(new RangeError("outer", { cause }), { code: 42, secret: "left out" });
    const copied = snapshotError(error) as Error & { code: unknown };
    expect(copied).toBeInstanceOf(Error);
    expect(copied).not.toBe(error);
    expect([copied.name, copied.message, copied.stack, copied.code]).toEqual([
      "RangeError",
      "outer",
      error.stack,
      "42",
    ]);
    const inner = copied.cause as Error & { code: unknown };
    expect([inner.name, inner.message, inner.stack, inner.code]).toEqual([
      "TypeError",
      "inner",
      cause.stack,
      "E_INNER",
    ]);
    expect(Object.keys(copied)).toEqual([]);
  });

  it.each(HOSTILE_NAMES)("can be read, whatever was thrown: %s", (name) => {
    const thrown = hostile(name);
    for (const error of [thrown, new Error("around", { cause: thrown }), { cause: thrown }]) {
      const copied = snapshotError(error);
      for (let each: Error | undefined = copied; each !== undefined; each = each.cause as Error | undefined) {
        expect([typeof each.name, typeof each.message, typeof each.stack]).toEqual(["string", "string", "string"]);
      }
      const record = errorRecord(error);
      expect(JSON.stringify(record).length).toBeLessThan(32 * 1024 * 1024);
      expect(typeof errorText(error)).toBe("string");
    }
  });

  it("survives the way to another thread and back", () => {
    const text = fc.string({ maxLength: 20 });
    const record = fc.letrec<{ error: ReturnType<typeof errorRecord> }>((tie) => ({
      error: fc.record(
        {
          name: text,
          message: text,
          stack: text,
          code: text,
          cause: fc.option(tie("error"), { maxDepth: 6, nil: undefined }),
        },
        { requiredKeys: ["name", "message", "stack"] },
      ) as fc.Arbitrary<ReturnType<typeof errorRecord>>,
    })).error;
    fc.assert(
      fc.property(record, (sent) => {
        expect(errorRecord(errorFromRecord(structuredClone(sent)))).toEqual(sent);
      }),
    );
  });

  it("stays an error of ours", () => {
    const copied = snapshotError(new TelemetryError("ABORTED", "stopped", { cause: new Error("why") }));
    expect(TelemetryError.is(copied)).toBe(true);
    expect(copied).toMatchObject({
      name: "TelemetryError",
      code: "ABORTED",
      message: "stopped",
      cause: { message: "why" },
    });
  });

  it("shows a thrown value that is no error", () => {
    expect(errorRecord({ status: 429, body: { reason: "slow" } })).toEqual({
      name: "Error",
      message: '{"status":429,"body":{"reason":"slow"}}',
    });
    expect(errorRecord("just text")).toEqual({ name: "Error", message: "just text" });
    expect(errorRecord(undefined)).toEqual({ name: "Error", message: "undefined" });
    expect(errorRecord({ name: "AbortError", message: "stopped", code: 20 })).toEqual({
      name: "AbortError",
      message: "stopped",
      code: "20",
    });
  });

  it("ends cause chains that are circular or long", () => {
    const first = new Error("first");
    const second = new Error("second", { cause: first });
    first.cause = second;
    const record = errorRecord(first);
    expect(record.cause?.message).toBe("second");
    expect(record.cause?.cause).toBeUndefined();

    let chain = new Error("0");
    for (let index = 1; index <= 100; index++) chain = new Error(String(index), { cause: chain });
    let length = 0;
    for (
      let each: ReturnType<typeof errorRecord> | undefined = errorRecord(chain);
      each !== undefined;
      each = each.cause
    )
      length++;
    expect(length).toBe(9);
  });

  it("cuts huge texts and counts it", () => {
    const count = counter();
    const error = Object.assign(new Error("m".repeat(1_000_000)), { stack: "s".repeat(100_000_000) });
    const record = errorRecord(error, count);
    expect(record.message).toMatch(/^m{262096}… \[cut: 737904 more characters\]$/);
    expect(record.stack?.length).toBeLessThan(263_000);
    expect(count.truncated).toBe(2);
  });

  it("does without a stack that an agent's own formatter has made something else of", () => {
    withStackFormatter(
      (_, frames) => frames,
      () => {
        expect(snapshotError(new TypeError("m")).stack).toBe("TypeError: m");
      },
    );
  });

  it("does not run the agent's stack formatter for its own copies", () => {
    const record = errorRecord({ name: "E", message: "m", stack: "given" });
    withStackFormatter(thrower, () => {
      expect(errorFromRecord(record).stack).toBe("given");
    });
  });

  it("says what Python's str would say", () => {
    expect(errorText(new Error("m"))).toBe("m");
    expect(errorText("text")).toBe("text");
    expect(errorText(null)).toBe("null");
    expect(errorText(Symbol("s"))).toBe("Symbol(s)");
    expect(errorText({})).toBe("[object Object]");
    expect(errorText(new Proxy({}, throwingTraps()))).toBe("[unprintable]");
  });
});

function withStackFormatter(formatter: (error: Error, frames: NodeJS.CallSite[]) => unknown, run: () => void): void {
  const original = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.prepareStackTrace = formatter;
  try {
    run();
  } finally {
    if (original === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", original);
  }
}
