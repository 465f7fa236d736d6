/**
 * The stdout protocol: one event is one line, `__CHARM_EVENT__` and a JSON object with `type` first.
 *
 * Lines are ASCII, because the runner decodes its input chunk by chunk, and hold the prefixes nowhere but at the start,
 * because the runner cuts a line at the second one it finds.
 */

export const EVENT_PREFIX = "__CHARM_EVENT__";

/** Linux writes up to this many bytes to a pipe in one go: no other writer's text can land inside. */
export const MAX_ATOMIC_BYTES = 4096;

export const EVENT_TYPES = [
  "status",
  "thinking",
  "delta",
  "final",
  "error",
  "artifact",
  "tool_usage",
  "state_update",
  "control",
  "telemetry",
] as const;

/** Upstream's event types, and our own `telemetry`. */
export type CharmEventType = (typeof EVENT_TYPES)[number];

/** What every line of a type with text begins with. */
const TEXT_HEADS = Object.fromEntries(
  EVENT_TYPES.map((type) => [type, `${EVENT_PREFIX}{"type":"${type}","content":"`]),
) as Record<CharmEventType, string>;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** Bytes that each ASCII character takes when escaped. */
const ASCII_WIDTHS = Uint8Array.from(
  { length: 128 },
  (_, unit) => JSON.stringify(String.fromCharCode(unit)).length - 2,
);
const PLAIN = /^[ !#-[\]-~]*$/;
const BEYOND_PLAIN_LINES = /[^\n !#-[\]-~]/;
const BEYOND_ASCII = /[^\0-~]/;
// The lookahead keeps overlapping literals apart: `__CHARM_EVENT__CHARM_EVENT__` holds two.
const PREFIX_STARTS = /_(?=_CHARM_EVENT__)|:(?=:CHARM_EVENT::)/g;
const PREFIX_CORE = "CHARM_EVENT";
const SHORT = 32;

/** `text` as the inside of a JSON string in ASCII, without the protocol's prefixes. */
export function escapeText(text: string): string {
  if (text.length <= SHORT) return isPlain(text) ? text : escapeAnything(text);
  // Most long texts are lines of plain words: JSON would take twice as long over them.
  const isUnusual = BEYOND_PLAIN_LINES.test(text) || text.includes(PREFIX_CORE);
  return isUnusual ? escapeAnything(text) : escapeLineEnds(text);
}

function escapeAnything(text: string): string {
  return toAscii(JSON.stringify(text)).slice(1, -1);
}

function escapeLineEnds(text: string): string {
  let escaped = "";
  let from = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
    escaped += `${text.slice(from, end)}\\n`;
    from = end + 1;
  }
  return from === 0 ? text : escaped + text.slice(from);
}

/** `value` as JSON in ASCII, without the protocol's prefixes. The value must be JSON-safe, see `snapshotValue`. */
export function toAsciiJson(value: unknown): string {
  return toAscii(JSON.stringify(value));
}

/** One line whose content is text. `fragment` is further fields as JSON, with a comma before each. */
export function textLine(type: CharmEventType, text: string, fragment: string): string {
  const end = fragment === "" ? '"}\n' : `"${fragment}}\n`;
  return TEXT_HEADS[type] + escapeText(text) + end;
}

/** One line with any fields, in their order. */
export function fieldsLine(type: CharmEventType, fields: object, fragment: string): string {
  const json = toAsciiJson(fields).slice(1, -1);
  return `${EVENT_PREFIX}{"type":"${type}"${json === "" ? "" : ","}${json}${fragment}}\n`;
}

/** A line that somebody else has rendered, without its newline: made ASCII where it is JSON, else left as it is. */
export function foreignLine(line: string): { type: CharmEventType | undefined; bytes: string } {
  const payload = line.slice(line.indexOf(EVENT_PREFIX) + EVENT_PREFIX.length);
  try {
    const event = JSON.parse(payload) as { type?: unknown } | null;
    return {
      type: EVENT_TYPES.find((type) => type === event?.type),
      bytes: `${EVENT_PREFIX}${toAscii(payload)}\n`,
    };
  } catch {
    return { type: undefined, bytes: Buffer.from(`${line}\n`).toString("latin1") };
  }
}

/**
 * Lines of at most `MAX_ATOMIC_BYTES` whose contents together are `text`; one line if it fits.
 *
 * With a fragment, the lines of a text that had to be split also say `part` (from 1) and `parts`.
 */
export function textLines(type: CharmEventType, text: string, fragment: string): string[] {
  if (text.length < MAX_ATOMIC_BYTES) {
    const line = textLine(type, text, fragment);
    if (line.length <= MAX_ATOMIC_BYTES) return [line];
  }
  const empty = textLine(type, "", fragment).length;
  const numbers = fragment === "" ? 0 : ',"part":000000,"parts":000000'.length;
  const parts = splitText(text, MAX_ATOMIC_BYTES - empty - numbers);
  return parts.map((part, index) =>
    textLine(type, part, fragment === "" ? "" : `${fragment},"part":${index + 1},"parts":${parts.length}`),
  );
}

/** One line of at most `MAX_ATOMIC_BYTES`; a text that is too long ends in a mark that says how much is missing. */
export function cutTextLine(type: CharmEventType, text: string, fragment: string): string {
  const empty = textLine(type, "", fragment).length;
  return textLine(type, fitText(text, MAX_ATOMIC_BYTES - empty), fragment);
}

/** `text`, cut so that it takes at most `bytes` when escaped, the mark of the cut included. */
export function fitText(text: string, bytes: number): string {
  if (text.length <= bytes && escapeText(text).length <= bytes) return text;
  const end = endOfPart(text, 0, bytes - escapeText(cutMark(text.length)).length);
  return text.slice(0, end) + cutMark(text.length - end);
}

function cutMark(missing: number): string {
  return `… [cut: ${missing} more characters]`;
}

/**
 * `text` in parts that take at most `bytes` each when escaped. A part never ends inside a code point, and ends with a
 * line where one ends in its second half.
 */
export function splitText(text: string, bytes: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    let end = endOfPart(text, from, bytes);
    if (end < text.length) {
      const half = from + Math.ceil((end - from) / 2);
      const lineEnd = text.slice(half, end).lastIndexOf("\n");
      if (lineEnd >= 0) end = half + lineEnd + 1;
    }
    parts.push(text.slice(from, end));
    from = end;
  }
  return parts;
}

/** Where the longest part that begins at `from` ends; at least one code point further. */
function endOfPart(text: string, from: number, bytes: number): number {
  if (bytes > 0 && isPlain(text.slice(from, from + bytes))) return Math.min(from + bytes, text.length);
  let left = bytes;
  let at = from;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    const isPair = unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(at + 1));
    left -= isPair ? 12 : escapedWidth(unit, text, at);
    if (left < 0 && at > from) return at;
    at += isPair ? 2 : 1;
  }
  return at;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Bytes that the UTF-16 unit at `at` takes when escaped. */
function escapedWidth(unit: number, text: string, at: number): number {
  if (unit > 0x7e) return 6;
  if (unit === 0x5f) return text.startsWith("_CHARM_EVENT__", at + 1) ? 6 : 1;
  if (unit === 0x3a) return text.startsWith(":CHARM_EVENT::", at + 1) ? 6 : 1;
  return ASCII_WIDTHS[unit] ?? 1;
}

function isPlain(text: string): boolean {
  // A loop is quicker for a token, an expression for anything long.
  if (text.length > SHORT) return PLAIN.test(text) && !text.includes(PREFIX_CORE);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return false;
  }
  return text.length < EVENT_PREFIX.length || !text.includes(PREFIX_CORE);
}

/** JSON in ASCII, without the protocol's prefixes. */
export function toAscii(json: string): string {
  const ascii = BEYOND_ASCII.test(json) ? escapeBeyondAscii(json) : json;
  if (!ascii.includes(PREFIX_CORE)) return ascii;
  return ascii.replaceAll(PREFIX_STARTS, (start) => (start === "_" ? "\\u005f" : "\\u003a"));
}

function escapeBeyondAscii(json: string): string {
  let ascii = "";
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit <= 0x7e) continue;
    ascii += `${json.slice(from, at)}\\u${HEX[unit >> 8]}${HEX[unit & 0xff]}`;
    from = at + 1;
  }
  return ascii + json.slice(from);
}
