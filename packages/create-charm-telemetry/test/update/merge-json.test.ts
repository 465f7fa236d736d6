import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeJson } from "../../src/update/merge-json.ts";

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function merged(ours: unknown, base: unknown, theirs: unknown): unknown {
  const { text } = mergeJson(json(ours), json(base), json(theirs));
  return JSON.parse(text ?? "");
}

describe("mergeJson", () => {
  it("puts changes of neighbours together, where lines would contradict each other", () => {
    const base = { scripts: { build: "tsc", test: "vitest" } };
    const ours = { scripts: { build: "tsc -w", test: "vitest" } };
    const theirs = { scripts: { build: "tsc", test: "vitest run" } };
    expect(merged(ours, base, theirs)).toEqual({ scripts: { build: "tsc -w", test: "vitest run" } });
  });

  it("keeps what people have added, takes what is new and drops what is gone", () => {
    const ours = { a: 1, b: 2, mine: true };
    expect(merged(ours, { a: 1, b: 2 }, { a: 1, c: 3 })).toEqual({ a: 1, mine: true, c: 3 });
  });

  it("does not bring back what people have removed", () => {
    expect(merged({ a: 1 }, { a: 1, b: 2 }, { a: 2, b: 2 })).toEqual({ a: 2 });
  });

  it("puts a new key behind the one that it follows", () => {
    const { text } = mergeJson(json({ x: 0, a: 1, z: 1 }), json({ a: 1, z: 1 }), json({ a: 1, b: 2, z: 1 }));
    expect(Object.keys(JSON.parse(text ?? "") as object)).toEqual(["x", "a", "b", "z"]);
  });

  it("takes lists of texts for sets", () => {
    expect(merged({ files: ["a", "mine"] }, { files: ["a", "b"] }, { files: ["a", "b", "c"] })).toEqual({
      files: ["a", "mine", "c"],
    });
  });

  it("keeps the indent of the file", () => {
    expect(mergeJson('{\n\t"a": 1\n}\n', '{"a":1}', '{"a":2}').text).toBe('{\n\t"a": 2\n}\n');
  });

  it("says on which line both have changed the same", () => {
    const ours = { name: "x", scripts: { build: "mine", test: "vitest" } };
    const base = { name: "x", scripts: { build: "tsc", test: "vitest" } };
    const theirs = { name: "x", scripts: { build: "tsc -b", test: "vitest" } };
    expect(mergeJson(json(ours), json(base), json(theirs))).toEqual({ line: 4 });
    expect(mergeJson(JSON.stringify(ours), json(base), json(theirs))).toEqual({ line: 1 });
  });

  it("takes a key that one has changed and the other has removed for a contradiction", () => {
    expect(mergeJson(json({ a: 2 }), json({ a: 1 }), json({}))).toEqual({ line: 2 });
  });

  it("changes nothing where only one side has changed", () => {
    const file = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });
    fc.assert(
      fc.property(file, file, (one, other) => {
        expect(merged(one, other, other)).toEqual(JSON.parse(json(one)));
        expect(merged(other, other, one)).toEqual(JSON.parse(json(one)));
        expect(merged(one, other, one)).toEqual(JSON.parse(json(one)));
      }),
    );
  });

  it.each(["", "{", "null", "3"])("gives up on %j", (ours) => {
    expect(mergeJson(ours, "{}", '{"a":1}')).toEqual({ line: 1 });
  });
});
