import { Literals } from "./literals.ts";
import { redact } from "./redact.ts";
import type { Found } from "./redact.ts";
import { findTokens } from "./token-shapes.ts";

/** Finds secrets in text and in values, and puts the name of their variable in their place. */

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|DSN|AUTH|(?:^|_)PASS(?:_|$)/i;
const MIN_SECRET_LENGTH = 8;
// Of a secret of several lines, such as a private key, a line gives much away; a shorter one little, or it is common text.
const MIN_LINE_LENGTH = 16;
/** What has more lines is a document and no key: looking for each of them would take its time. */
const MAX_LINES = 100;
// As if other keys had the same first line: theirs would no longer be recognised by it.
const KEY_BOUNDARY = /-----(?:BEGIN|END) /;
// Words, numbers and booleans are settings, not secrets: masking `thinking` or `12345678` would only damage text. Longer
// ones than these are neither words nor numbers.
const PLAIN = /^(?:[a-z]{1,20}|[A-Z]{1,20}|[A-Z][a-z]{1,19}|[+-]?[\d.]{1,15})$/;
const URL_WITH_PASSWORD = /:\/\/[^\s/:@]{0,100}:([^\s/]{1,1000})@/;

/**
 * The environment's secrets, value to name: variables that look secret by name, and those that `named` lists.
 *
 * @param named variables that `charm.yaml` declares under `environment_variables`.
 */
export function collectSecrets(environment: NodeJS.ProcessEnv, named: Iterable<string> = []): Map<string, string> {
  const declared = new Set(named);
  const secrets = new Map<string, string>();
  const add = (value: string, name: string): void => {
    if (value.length >= MIN_SECRET_LENGTH && !PLAIN.test(value) && !secrets.has(value)) secrets.set(value, name);
  };
  // Read at the start of every run: `Object.entries` takes twice as long for process.env.
  for (const name of Object.getOwnPropertyNames(environment)) {
    // Read from a file, a secret often has a newline at its end, which its user has to take away.
    const value = (environment[name] ?? "").trim();
    if (value.length < MIN_SECRET_LENGTH) continue;
    if (declared.has(name) || SECRET_NAME.test(name)) add(value, name);
    const password = value.includes("://") ? URL_WITH_PASSWORD.exec(value)?.[1] : undefined;
    if (password === undefined) continue;
    add(password, name);
    add(decoded(password), name);
  }
  return secrets;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Masks one set of secrets. Make a new one when the environment has changed. */
export class Masker {
  /** What it was made of: crosses to the host's thread, where a masker of the same secrets is made. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Text shorter than this holds no secret. */
  readonly shortest: number;
  /** The longest that a secret may be in a text. */
  readonly longest: number;
  readonly #whole: Literals;
  /** Apart: most environments have none, and most text is too short for one. */
  readonly #lines: Literals;

  constructor(secrets: ReadonlyMap<string, string> = new Map()) {
    this.secrets = secrets;
    const [whole, lines] = [new Map<string, string>(), new Map<string, string>()];
    for (const [value, name] of secrets) {
      for (const form of wholeForms(value)) if (!whole.has(form)) whole.set(form, name);
      for (const form of lineForms(value)) if (!lines.has(form)) lines.set(form, name);
    }
    this.#whole = new Literals(whole);
    this.#lines = new Literals(lines);
    this.shortest = Math.min(MIN_SECRET_LENGTH, this.#whole.shortest);
    this.longest = this.#whole.longest;
  }

  mask(text: string): string {
    if (text.length < this.shortest) return text;
    // All in the text as it is: a secret may lie inside another one, of which nothing must be left over. Each apart:
    // joined into one expression they take three times as long.
    const found: Found[] = [];
    this.#whole.find(text, found);
    findTokens(text, found);
    this.#lines.find(text, found);
    return found.length === 0 ? text : redact(text, found);
  }

  /**
   * A copy of a snapshotted value (plain objects, arrays, primitives) with every string masked, keys included.
   * Returns the value itself where nothing had to be masked.
   */
  maskValue<Value>(value: Value): Value;
  maskValue(value: unknown): unknown {
    if (typeof value === "string") return this.mask(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => this.maskValue(item));
      return items.some((item, index) => item !== value[index]) ? items : value;
    }
    const entries = Object.entries(value);
    const masked = entries.map(([key, item]: [string, unknown]) => [this.mask(key), this.maskValue(item)] as const);
    const isSame = masked.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1]);
    if (isSame) return value;
    const copy: Record<string, unknown> = {};
    masked.forEach(([key, item], index) => {
      // Two secrets may have become the same name: neither's member is lost.
      const name = Object.hasOwn(copy, key) ? `${key} (${index})` : key;
      Object.defineProperty(copy, name, { value: item, enumerable: true, writable: true, configurable: true });
    });
    return copy;
  }
}

function wholeForms(value: string): string[] {
  const lines = linesOf(value);
  const values = lines.length === 1 ? [value] : [value, lines.join("\n"), lines.join("\r\n")];
  return [...new Set(values)].flatMap(writtenForms);
}

/** Of a secret of several lines each line by itself: prints often come line by line. */
function lineForms(value: string): string[] {
  const lines = linesOf(value);
  if (lines.length === 1 || lines.length > MAX_LINES) return [];
  return lines
    .map((line) => line.trim())
    .filter((line) => line.length >= MIN_LINE_LENGTH && !PLAIN.test(line) && !KEY_BOUNDARY.test(line))
    .flatMap((line) => [line, JSON.stringify(line).slice(1, -1)]);
}

/** Ends of lines may be written out: files of variables and JSON do so, and their readers make lines of them. */
function linesOf(value: string): string[] {
  return value.split(/\r?\n|(?:\\r)?\\n/);
}

/**
 * How a secret may appear in text: as it is, inside a JSON string, inside JSON inside a JSON string, in what Node shows of
 * an object, in a URL.
 */
function writtenForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const forms = [value, json, ascii, json.replaceAll("/", "\\/"), json.replaceAll('\\"', '"')];
  forms.push(...forms.map((form) => JSON.stringify(form).slice(1, -1)));
  if (!/\p{Surrogate}/u.test(value)) {
    const url = encodeURIComponent(value);
    const strict = url.replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
    const codes = [
      url,
      strict,
      strict.replaceAll("%2F", "/"),
      encodeURI(value),
      url.replaceAll("%20", "+"),
      new URLSearchParams({ v: value }).toString().slice(2),
    ];
    forms.push(...codes, ...codes.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())));
  }
  return [...new Set(forms)];
}
