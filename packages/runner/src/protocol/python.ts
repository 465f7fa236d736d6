/**
 * The parts of Python that the runner's rules rest on: what counts as blank, what counts as JSON, and how a value looks
 * as text. JavaScript's own answers differ in details that decide whether a line is shown.
 */

/** White space to Python's `str.strip` and `\s`: not JavaScript's, which has U+FEFF and lacks U+001C–1F and U+0085. */
export const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const BLANK_START = new RegExp(`^[${BLANK}]+`);
const IS_BLANK = new RegExp(`[${BLANK}]`);

/** `text.strip()` */
export function strip(text: string): string {
  let end = text.length;
  // Not a regular expression: `[…]+$` takes quadratic time on long runs of blanks inside the text.
  while (end > 0 && IS_BLANK.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(BLANK_START, "");
}

/** What `json.loads` returns; numbers keep their own spelling, since `1.0` and `1` look different as text. */
export type PythonValue =
  | string
  | boolean
  | null
  | PythonNumber
  | readonly PythonValue[]
  | ReadonlyMap<string, PythonValue>;

export interface PythonNumber {
  readonly number: string;
}

/** `json.loads(text)`. @throws SyntaxError where Python raises; RangeError when nested too deeply. */
export function parseJson(text: string): PythonValue {
  return new JsonParser(text).parse();
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- JSON allows no control characters inside a string
const STRING = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y;
const GAP = /[ \t\n\r]*/y;
// NaN and the infinities are not JSON, but Python reads them.
const CONSTANTS: ReadonlyMap<string, PythonValue> = new Map<string, PythonValue>([
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", { number: "nan" }],
  ["Infinity", { number: "inf" }],
  ["-Infinity", { number: "-inf" }],
]);

class JsonParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): PythonValue {
    const value = this.#value();
    if (this.#at < this.#text.length) this.#fail();
    return value;
  }

  #value(): PythonValue {
    this.#match(GAP);
    const value = this.#bareValue();
    this.#match(GAP);
    return value;
  }

  #bareValue(): PythonValue {
    const next = this.#text[this.#at];
    if (next === '"') return this.#string();
    if (next === "{") return this.#object();
    if (next === "[") return this.#array();
    for (const [word, value] of CONSTANTS) if (this.#take(word)) return value;
    const source = this.#match(NUMBER);
    return source === "" ? this.#fail() : { number: numberText(source) };
  }

  #object(): PythonValue {
    const members = new Map<string, PythonValue>();
    this.#at++;
    this.#match(GAP);
    if (this.#take("}")) return members;
    do {
      this.#match(GAP);
      const key = this.#string();
      this.#match(GAP);
      if (!this.#take(":")) this.#fail();
      members.set(key, this.#value());
    } while (this.#take(","));
    return this.#take("}") ? members : this.#fail();
  }

  #array(): PythonValue {
    const items: PythonValue[] = [];
    this.#at++;
    this.#match(GAP);
    if (this.#take("]")) return items;
    do items.push(this.#value());
    while (this.#take(","));
    return this.#take("]") ? items : this.#fail();
  }

  #string(): string {
    const source = this.#match(STRING);
    if (source === "") this.#fail();
    return JSON.parse(source) as string;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #fail(): never {
    throw new SyntaxError(`not JSON at character ${this.#at}`);
  }
}

/** How Python shows a number that JSON spells `source`: integers exactly, others by their shortest form. */
function numberText(source: string): string {
  if (!/[.eE]/.test(source)) return source === "-0" ? "0" : source;
  const value = Number(source);
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) {
    const plain = String(value);
    return plain.includes(".") ? plain : `${plain}.0`;
  }
  return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `str(value)` */
export function str(value: PythonValue): string {
  return typeof value === "string" ? value : repr(value);
}

/** `repr(value)` */
function repr(value: PythonValue): string {
  if (typeof value === "string") return quote(value);
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (isList(value)) return `[${value.map(repr).join(", ")}]`;
  if (value instanceof Map) return `{${Array.from(value, ([key, item]) => `${quote(key)}: ${repr(item)}`).join(", ")}}`;
  return (value as PythonNumber).number;
}

function isList(value: PythonValue): value is readonly PythonValue[] {
  return Array.isArray(value);
}

const UNPRINTABLE = /[\\\p{C}\p{Z}]/gu;

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll(UNPRINTABLE, escape);
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function escape(character: string): string {
  if (character === " ") return " ";
  if (character === "\\") return "\\\\";
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x1_0000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
