// Not node:util: importing that makes Node 22 and 24 touch stdout and stderr, whose pipes then are non-blocking for all.
import * as types from "node:util/types";
import { cutText } from "./cut-text.ts";
import type { TruncationCounter } from "./cut-text.ts";

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

const NAME_LIMITS: SnapshotLimits = { depth: 3, nodes: 50, characters: 1000 };

/** JSON's own kinds of value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

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
  // Written as JSON, control characters take six times their place.
  return typeof json === "string" ? json : cutText(JSON.stringify(json), limits.characters, counter);
}

/** A name, such as a tool's: text that needs no more than 1000 characters. */
export function snapshotName(value: unknown, counter: TruncationCounter): string {
  return snapshotText(value, counter, NAME_LIMITS);
}

/** A record for a hook that carries an object; anything else goes under the key `value`. */
export function snapshotRecord(
  value: unknown,
  counter: TruncationCounter,
  limits: SnapshotLimits = SNAPSHOT_LIMITS,
): Record<string, Json> {
  return value === undefined ? {} : recordOf(snapshotValue(value, counter, limits));
}

/** What a snapshot is called where a hook carries an object. */
export function recordOf(json: Json): Record<string, Json> {
  if (json === null) return {};
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
  const snapshot = new Snapshot(limits);
  // The last guard: a stack that is nearly used up throws wherever it likes.
  const copy = guarded(() => snapshot.copy(value, 0), unreadable);
  if (snapshot.truncated > 0) counter.truncated++;
  return copy;
}

class Snapshot implements TruncationCounter {
  truncated = 0;
  readonly #limits: SnapshotLimits;
  readonly #ancestors = new Set<object>();
  #nodes = 0;
  #characters = 0;

  constructor(limits: SnapshotLimits) {
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
        return this.#bigint(value);
      case "symbol":
        return this.#text(String(value));
      case "function":
        return `[Function ${this.#text(
          guarded(
            () => String(value.name),
            () => "",
          ),
        )}]`;
      default:
        return value === null ? null : this.#object(value as object, depth);
    }
  }

  #text(text: string): string {
    const left = Math.max(0, this.#limits.characters - this.#characters);
    this.#characters += Math.min(left, text.length);
    return cutText(text, left, this);
  }

  #bigint(value: bigint): string {
    // The digits of a number of a billion bits take a minute to find.
    if (BigInt.asIntN(MAX_BIGINT_BITS, value) === value) return value.toString();
    this.truncated++;
    return `[BigInt of more than ${MAX_BIGINT_BITS} bits]`;
  }

  #object(value: object, depth: number): Json {
    if (this.#ancestors.has(value)) return "[Circular]";
    this.#ancestors.add(value);
    try {
      if (depth >= this.#limits.depth || ++this.#nodes > this.#limits.nodes) {
        this.truncated++;
        return Array.isArray(value) ? "[Array]" : "[Object]";
      }
      return this.#members(value, depth);
    } catch (error) {
      return unreadable(error);
    } finally {
      this.#ancestors.delete(value);
    }
  }

  // What a class of the agent's may have replaced is not called: a date's own `toISOString` could return anything.
  #members(value: object, depth: number): Json {
    if (Array.isArray(value)) return this.#list(itemsOf(value), Number(value.length), depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      const known = this.#known(value, depth);
      if (known !== undefined) return known;
    }
    const toJson = (value as { toJSON?: unknown }).toJSON;
    if (typeof toJson === "function") return this.copy((toJson as () => unknown).call(value), depth + 1);
    return this.#record(Object.keys(value), (key) => (value as Record<string, unknown>)[key], depth);
  }

  /** What the language itself provides, from whichever realm. */
  #known(value: object, depth: number): Json | undefined {
    if (types.isDate(value))
      return Number.isNaN(Date.prototype.getTime.call(value)) ? "Invalid Date" : Date.prototype.toISOString.call(value);
    if (types.isMap(value))
      return this.#record(Map.prototype.keys.call(value), (key) => Map.prototype.get.call(value, key), depth);
    if (types.isSet(value)) return this.#list(Set.prototype.values.call(value), Number(value.size), depth);
    if (types.isNativeError(value) || value instanceof Error)
      return this.#record(ERROR_KEYS, (key) => memberOf(value, key), depth);
    if (types.isRegExp(value)) return this.#text(String(value));
    if (ArrayBuffer.isView(value)) return this.#text(`[${value.constructor.name}: ${value.byteLength} bytes]`);
    if (types.isAnyArrayBuffer(value)) return this.#text(`[ArrayBuffer: ${value.byteLength} bytes]`);
    if (types.isPromise(value)) return "[Promise]";
    if (types.isBoxedPrimitive(value)) {
      const primitive: unknown = value.valueOf();
      return typeof primitive === "object" ? unreadable("not a primitive") : this.copy(primitive, depth);
    }
    return undefined;
  }

  #list(items: Iterable<unknown>, size: number, depth: number): Json {
    const copies: Json[] = [];
    for (const item of items) {
      if (++this.#nodes > this.#limits.nodes) {
        this.truncated++;
        copies.push(`[${size - copies.length} more]`);
        break;
      }
      copies.push(this.copy(item, depth + 1));
    }
    return copies;
  }

  #record<Key>(keys: Iterable<Key>, read: (key: Key) => unknown, depth: number): Json {
    const copy: Record<string, Json> = {};
    for (const key of keys) {
      if (++this.#nodes > this.#limits.nodes) {
        this.truncated++;
        copy["…"] = "[more]";
        break;
      }
      const member = this.#read(key, read);
      if (member === undefined || typeof member === "function") continue; // as JSON.stringify
      const name = this.#key(key, depth + 1);
      const json = this.copy(member, depth + 1);
      if (name === "__proto__")
        Object.defineProperty(copy, name, { value: json, enumerable: true, writable: true, configurable: true });
      else copy[name] = json;
    }
    return copy;
  }

  #read<Key>(key: Key, read: (key: Key) => unknown): unknown {
    try {
      return read(key);
    } catch (error) {
      return unreadable(error);
    }
  }

  /** Keys of a `Map` can be anything: what is not text is shown as JSON. */
  #key(key: unknown, depth: number): string {
    const json = this.copy(key, depth);
    return typeof json === "string" ? json : JSON.stringify(json);
  }
}

const MAX_BIGINT_BITS = 8192;
const ERROR_KEYS = ["name", "message", "stack", "code", "cause"] as const;

function* itemsOf(array: readonly unknown[]): Generator<unknown> {
  const { length } = array;
  for (let index = 0; index < length; index++) yield guarded(() => array[index], unreadable);
}

function unreadable(error: unknown): string {
  return `[Unreadable: ${cutText(errorText(error), 200)}]`;
}

/** Reads one member of whatever was passed as options: nothing, a proxy, a getter that throws. */
export function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return guarded<unknown>(
    () => (value as Record<string, unknown>)[key],
    () => undefined,
  );
}

/** The member if it is text and not empty: a name or an id, and so cut if it is longer than those can be. */
export function textMemberOf(value: unknown, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === "string" && member !== "" ? cutText(member, NAME_LIMITS.characters) : undefined;
}

function guarded<Value>(read: () => Value, otherwise: (error: unknown) => Value): Value {
  try {
    return read();
  } catch (error) {
    return otherwise(error);
  }
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
