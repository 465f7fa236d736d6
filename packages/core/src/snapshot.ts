import { TelemetryError } from "./errors.ts";

/**
 * Copies of what the agent passes, made inside the call: what comes later cannot change them, and nothing in them can
 * throw, run code, be endless or be too large.
 */

export interface SnapshotLimits {
  readonly depth: number;
  /** Objects, arrays and their members, over the whole value. */
  readonly nodes: number;
  /** UTF-16 units of one string, and of all strings of one value. */
  readonly characters: number;
}

export const SNAPSHOT_LIMITS: SnapshotLimits = { depth: 24, nodes: 50_000, characters: 4 * 1024 * 1024 };

/** JSON's own kinds of value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Notes how often something was cut. */
export interface TruncationCounter {
  truncated: number;
}

/** Keeps `text` whole up to `limit` UTF-16 units, never half a code point, and says how much is missing. */
export function cutText(text: string, limit: number, counter?: TruncationCounter): string {
  if (text.length <= limit) return text;
  if (counter !== undefined) counter.truncated++;
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  // A slice keeps its whole parent string alive: a copy lets a 100 MB text go.
  return `${Buffer.from(text.slice(0, end), "utf16le").toString("utf16le")}… [cut: ${text.length - end} more characters]`;
}

/** Text for a hook that carries a string: strings as they are, everything else as JSON. */
export function snapshotText(
  value: unknown,
  counter: TruncationCounter,
  limits: SnapshotLimits = SNAPSHOT_LIMITS,
): string {
  if (typeof value === "string")
    return value.length <= limits.characters ? value : cutText(value, limits.characters, counter);
  if (value === undefined || value === null) return "";
  const json = snapshotValue(value, counter, limits);
  return typeof json === "string" ? json : JSON.stringify(json);
}

/** A record for a hook that carries an object; anything else goes under the key `value`. */
export function snapshotRecord(
  value: unknown,
  counter: TruncationCounter,
  limits: SnapshotLimits = SNAPSHOT_LIMITS,
): Record<string, Json> {
  if (value === undefined || value === null) return {};
  const json = snapshotValue(value, counter, limits);
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as Record<string, Json>)
    : { value: json };
}

/** A JSON-safe copy of anything. */
export function snapshotValue(
  value: unknown,
  counter: TruncationCounter,
  limits: SnapshotLimits = SNAPSHOT_LIMITS,
): Json {
  return new Snapshot(counter, limits).copy(value, 0);
}

class Snapshot {
  readonly #counter: TruncationCounter;
  readonly #limits: SnapshotLimits;
  readonly #ancestors = new Set<object>();
  #nodes = 0;
  #characters = 0;

  constructor(counter: TruncationCounter, limits: SnapshotLimits) {
    this.#counter = counter;
    this.#limits = limits;
  }

  copy(value: unknown, depth: number): Json {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
        return value;
      case "undefined":
        return null;
      case "bigint":
        return value.toString();
      case "symbol":
        return String(value);
      case "function":
        return `[Function ${guarded(
          () => String(value.name),
          () => "",
        )}]`;
      default:
        return value === null ? null : this.#object(value as object, depth);
    }
  }

  #text(text: string): string {
    const left = Math.max(0, this.#limits.characters - this.#characters);
    this.#characters += Math.min(left, text.length);
    return cutText(text, left, this.#counter);
  }

  #object(value: object, depth: number): Json {
    if (this.#ancestors.has(value)) return "[Circular]";
    if (depth >= this.#limits.depth || ++this.#nodes > this.#limits.nodes) {
      this.#counter.truncated++;
      return Array.isArray(value) ? "[Array]" : "[Object]";
    }
    this.#ancestors.add(value);
    try {
      return this.#members(value, depth);
    } catch (error) {
      return `[Unreadable: ${errorText(error)}]`;
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #members(value: object, depth: number): Json {
    if (Array.isArray(value)) return this.#list(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp || value instanceof URL) return String(value);
    if (value instanceof Error) return this.#record(Object.entries(errorRecord(value)), depth);
    if (value instanceof Map) return this.#record(entriesOf(value), depth);
    if (value instanceof Set) return this.#list([...value], depth);
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name}: ${value.byteLength} bytes]`;
    if (value instanceof ArrayBuffer) return `[ArrayBuffer: ${value.byteLength} bytes]`;
    if (value instanceof Promise) return "[Promise]";
    const toJson = (value as { toJSON?: unknown }).toJSON;
    if (typeof toJson === "function") return this.copy((toJson as () => unknown).call(value), depth + 1);
    return this.#record(ownEntries(value), depth);
  }

  #list(items: readonly unknown[], depth: number): Json {
    const copies: Json[] = [];
    for (let index = 0; index < items.length; index++) {
      if (++this.#nodes > this.#limits.nodes) {
        this.#counter.truncated++;
        copies.push(`[${items.length - index} more]`);
        break;
      }
      copies.push(this.copy(items[index], depth + 1));
    }
    return copies;
  }

  #record(entries: Iterable<[string, unknown]>, depth: number): Json {
    const copy: Record<string, Json> = {};
    for (const [key, member] of entries) {
      if (++this.#nodes > this.#limits.nodes) {
        this.#counter.truncated++;
        copy["…"] = "[more]";
        break;
      }
      if (member === undefined || typeof member === "function") continue; // as JSON.stringify
      const name = this.#text(key);
      const json = this.copy(member, depth + 1);
      if (name === "__proto__")
        Object.defineProperty(copy, name, { value: json, enumerable: true, writable: true, configurable: true });
      else copy[name] = json;
    }
    return copy;
  }
}

function* ownEntries(value: object): Generator<[string, unknown]> {
  for (const key of Object.keys(value)) {
    yield [
      key,
      guarded(
        () => (value as Record<string, unknown>)[key],
        (error) => `[Unreadable: ${errorText(error)}]`,
      ),
    ];
  }
}

function* entriesOf(map: Map<unknown, unknown>): Generator<[string, unknown]> {
  for (const [key, member] of map)
    yield [
      typeof key === "string"
        ? key
        : guarded(
            () => String(key),
            () => "[key]",
          ),
      member,
    ];
}

/** Reads one member of whatever was passed as options: nothing, a proxy, a getter that throws. */
export function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return guarded<unknown>(
    () => (value as Record<string, unknown>)[key],
    () => undefined,
  );
}

/** The member if it is text and not empty. */
export function textMemberOf(value: unknown, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === "string" && member !== "" ? member : undefined;
}

function guarded<Value>(read: () => Value, otherwise: (error: unknown) => Value): Value {
  try {
    return read();
  } catch (error) {
    return otherwise(error);
  }
}

/** What an error is made of, as plain data: the form in which it crosses threads. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly cause?: ErrorRecord;
}

const MAX_CAUSES = 8;
const MAX_ERROR_CHARACTERS = 256 * 1024;

/** Reads an error, whatever was thrown: a string, a proxy, an object whose getters throw. */
export function errorRecord(error: unknown, causes: number = MAX_CAUSES): ErrorRecord {
  if (typeof error !== "object" || error === null)
    return { name: "Error", message: cutText(errorText(error), MAX_ERROR_CHARACTERS) };
  const field = (key: string): string | undefined => {
    const value = guarded<unknown>(
      () => (error as Record<string, unknown>)[key],
      () => undefined,
    );
    if (typeof value === "string") return cutText(value, MAX_ERROR_CHARACTERS);
    return typeof value === "number" ? String(value) : undefined;
  };
  const stack = field("stack");
  const code = field("code");
  const cause =
    causes > 0
      ? guarded<unknown>(
          () => (error as { cause?: unknown }).cause,
          () => undefined,
        )
      : undefined;
  return {
    name: field("name") ?? "Error",
    message: field("message") ?? errorText(error),
    ...(stack === undefined ? {} : { stack }),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined || cause === null ? {} : { cause: errorRecord(cause, causes - 1) }),
  };
}

/** An `Error` with the record's name, message, stack, code and causes, and nothing else. */
export function errorFromRecord(record: ErrorRecord): Error {
  const details = record.cause === undefined ? undefined : { cause: errorFromRecord(record.cause) };
  const error =
    record.name === "TelemetryError"
      ? new TelemetryError((record.code ?? "HOST") as TelemetryError["code"], record.message, details)
      : new Error(record.message, details);
  const set = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true });
  };
  set("name", record.name);
  set("stack", record.stack ?? `${record.name}: ${record.message}`);
  if (record.code !== undefined) set("code", record.code);
  return error;
}

/** A safe copy of whatever was thrown. */
export function snapshotError(error: unknown): Error {
  return errorFromRecord(errorRecord(error));
}

/** What Python calls `str(error)`: the message. Never throws. */
export function errorText(error: unknown): string {
  if (typeof error === "object" && error !== null) {
    const message = guarded<unknown>(
      () => (error as { message?: unknown }).message,
      () => undefined,
    );
    if (typeof message === "string") return message;
  }
  return guarded(
    () => (typeof error === "object" && error !== null ? Object.prototype.toString.call(error) : String(error)),
    () => "[unprintable]",
  );
}
