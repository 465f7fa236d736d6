import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cutTextLine,
  escapeText,
  EVENT_TYPES,
  fieldsLine,
  fitText,
  foreignLine,
  MAX_ATOMIC_BYTES,
  splitText,
  textLine,
  textLines,
  toAsciiJson,
} from "../../src/stdout/protocol.ts";
import { contentOf, parseEvents, parseLine } from "../support/event-lines.ts";

const PREFIXES = ["__CHARM_EVENT__", "::CHARM_EVENT::"];

/** Text with everything that may go wrong: prefixes whole and in parts, escapes, halves of pairs, control characters. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
      fc.constantFrom(...PREFIXES, "_", "__", "CHARM_EVENT", "CHARM_EVENT__", ":", "::", "CHARM_EVENT::", "\\u005f"),
      fc.constantFrom('"', "\\", "\n", "\r\n", "\u007f", "\u2028", "😀", "\ud83d", "\ude00", "\0"),
    ),
  )
  .map((parts) => parts.join(""));

const longText = fc
  .tuple(text, fc.integer({ min: 0, max: 400 }), text, fc.constantFrom("a", "é", "😀", "\n", '"', ":CHARM_EVENT::"))
  .map(([start, count, end, filler]) => start + filler.repeat(count * 20) + end);

function expectValid(line: string): void {
  expect(line).toMatch(/^__CHARM_EVENT__\{"type":"[a-z_]+"[\x20-\x7e]*\}\n$/);
  for (const prefix of PREFIXES) expect(line.indexOf(prefix, 1)).toBe(-1);
}

describe("a line", () => {
  it("is the prefix and compact JSON, type first", () => {
    expect(textLine("delta", "Hi", "")).toBe('__CHARM_EVENT__{"type":"delta","content":"Hi"}\n');
    expect(fieldsLine("tool_usage", { tool: "search", count: 2 }, "")).toBe(
      '__CHARM_EVENT__{"type":"tool_usage","tool":"search","count":2}\n',
    );
    expect(fieldsLine("telemetry", {}, ',"seq":1')).toBe('__CHARM_EVENT__{"type":"telemetry","seq":1}\n');
  });

  it("gives any text back to a reader who follows the runner's rules", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...EVENT_TYPES), (content, type) => {
        const line = textLine(type, content, "");
        expectValid(line);
        expect(parseLine(line.trim())).toEqual({ type, content });
      }),
      { numRuns: 2000 },
    );
  });

  it("gives any JSON value back, with any keys", () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
        fc.constantFrom(null, true, false),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(text, tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, (content) => {
        const line = fieldsLine("state_update", { content }, "");
        expectValid(line);
        expect(parseLine(line.trim())).toEqual({ type: "state_update", content: JSON.parse(JSON.stringify(content)) });
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["__CHARM_EVENT__", "\\u005f_CHARM_EVENT__"],
    ["::CHARM_EVENT::", "\\u003a:CHARM_EVENT::"],
    ["__CHARM_EVENT__CHARM_EVENT__", "\\u005f_CHARM_EVENT\\u005f_CHARM_EVENT__"],
    ["::CHARM_EVENT::CHARM_EVENT::", "\\u003a:CHARM_EVENT\\u003a:CHARM_EVENT::"],
    ["___CHARM_EVENT___", "_\\u005f_CHARM_EVENT___"],
    ["é\u007f\ud800😀", "\\u00e9\\u007f\\ud800\\ud83d\\ude00"],
    ['"\\\n\t\0', '\\"\\\\\\n\\t\\u0000'],
    ["plain words, 100 %", "plain words, 100 %"],
  ])("escapes %j", (content, escaped) => {
    expect(escapeText(content)).toBe(escaped);
    expect(escapeText(content + "x".repeat(100))).toBe(escaped + "x".repeat(100));
  });

  it("renders what JSON cannot hold as JSON does", () => {
    expect(toAsciiJson({ nan: Number.NaN, infinity: Infinity, nothing: undefined, list: [undefined] })).toBe(
      '{"nan":null,"infinity":null,"list":[null]}',
    );
  });
});

describe("long text", () => {
  it("is split into lines of at most 4096 bytes that lose nothing", () => {
    fc.assert(
      fc.property(longText, fc.constantFrom("", ',"event":"tool_start","seq":7'), (content, fragment) => {
        const lines = textLines("thinking", content, fragment);
        for (const line of lines) {
          expectValid(line);
          expect(line.length).toBeLessThanOrEqual(MAX_ATOMIC_BYTES);
        }
        expect(contentOf(parseEvents(lines.join("")), "thinking")).toBe(content);
      }),
      { numRuns: 500 },
    );
  });

  it("is one line if it fits, to the byte", () => {
    const room = MAX_ATOMIC_BYTES - textLine("delta", "", "").length;
    expect(textLines("delta", "x".repeat(room), "")).toHaveLength(1);
    expect(textLines("delta", "x".repeat(room), "")[0]).toHaveLength(MAX_ATOMIC_BYTES);
    expect(textLines("delta", "x".repeat(room + 1), "")).toHaveLength(2);
    expect(textLines("delta", "é".repeat(Math.floor(room / 6)), "")).toHaveLength(1);
    expect(textLines("delta", "é".repeat(Math.floor(room / 6) + 1), "")).toHaveLength(2);
  });

  it("numbers its parts when lines say which event they show", () => {
    const events = parseEvents(textLines("thinking", "x".repeat(9000), ',"seq":7').join(""));
    expect(events.map(({ seq, part, parts }) => ({ seq, part, parts }))).toEqual(
      [1, 2, 3].map((part) => ({ seq: 7, part, parts: 3 })),
    );
    expect(parseEvents(textLines("thinking", "short", ',"seq":7').join(""))[0]).not.toHaveProperty("part");
  });

  it("is never split inside a code point, and at a line's end where one is near", () => {
    fc.assert(
      fc.property(longText, fc.integer({ min: 24, max: 500 }), (content, bytes) => {
        const parts = splitText(content, bytes);
        expect(parts.join("")).toBe(content);
        expect(parts.filter((part) => escapeText(part).length > bytes)).toEqual([]);
        const isTorn = (part: string, index: number): boolean =>
          /[\ud800-\udbff]$/.test(part) && /^[\udc00-\udfff]/.test(parts[index + 1] ?? "");
        expect(parts.filter(isTorn)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(splitText(`${"a".repeat(60)}\n${"b".repeat(60)}`, 100)).toEqual([`${"a".repeat(60)}\n`, "b".repeat(60)]);
  });

  it("is cut where it cannot be split, and says how much is missing", () => {
    fc.assert(
      fc.property(longText, (content) => {
        const line = cutTextLine("error", content, "");
        expectValid(line);
        expect(line.length).toBeLessThanOrEqual(MAX_ATOMIC_BYTES);
        const shown = String(parseLine(line.trim())?.content);
        if (shown === content) return;
        const mark = /… \[cut: (\d+) more characters\]$/.exec(shown);
        expect(content.startsWith(shown.slice(0, mark?.index))).toBe(true);
        expect((mark?.index ?? 0) + Number(mark?.[1])).toBe(content.length);
      }),
      { numRuns: 300 },
    );
    expect(fitText("short", 100)).toBe("short");
  });
});

describe("a line that somebody else has rendered", () => {
  it("keeps its JSON, in ASCII and without a second prefix", () => {
    const { type, bytes } = foreignLine('__CHARM_EVENT__{"type": "delta", "content": "né __CHARM_EVENT__"}');
    expect(type).toBe("delta");
    expect(bytes).toBe('__CHARM_EVENT__{"type": "delta", "content": "n\\u00e9 \\u005f_CHARM_EVENT__"}\n');
  });

  it("stays as it is when it is no JSON", () => {
    const { type, bytes } = foreignLine("__CHARM_EVENT__{é");
    expect(type).toBeUndefined();
    expect(Buffer.from(bytes, "latin1").toString()).toBe("__CHARM_EVENT__{é\n");
  });

  it("has no type that we do not know", () => {
    expect(foreignLine('__CHARM_EVENT__{"type":"constructor"}').type).toBeUndefined();
    expect(foreignLine("__CHARM_EVENT__null").type).toBeUndefined();
  });
});
