import { cutText } from "./cut-text.ts";
import type { TruncationCounter } from "./cut-text.ts";
import { TelemetryError } from "./errors.ts";
import { errorText, memberOf, snapshotText } from "./snapshot.ts";
import type { SnapshotLimits } from "./snapshot.ts";

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
const THROWN_VALUE_LIMITS: SnapshotLimits = { depth: 6, nodes: 500, characters: 16 * 1024 };

/** Reads an error, whatever was thrown: a string, a proxy, an object whose getters throw. */
export function errorRecord(error: unknown, counter: TruncationCounter = { truncated: 0 }): ErrorRecord {
  return readError(error, new Set(), counter);
}

/** @param seen the errors that this one is a cause of: a cause that is one of them ends the chain. */
function readError(error: unknown, seen: Set<object>, counter: TruncationCounter): ErrorRecord {
  const cut = (text: string): string => cutText(text, MAX_ERROR_CHARACTERS, counter);
  if (typeof error !== "object" || error === null) return { name: "Error", message: cut(errorText(error)) };
  seen.add(error);
  const field = (key: string): string | undefined => {
    const value = memberOf(error, key);
    if (typeof value === "string") return cut(value);
    return typeof value === "number" ? String(value) : undefined;
  };
  const stack = field("stack");
  const code = field("code");
  const cause = memberOf(error, "cause");
  const isNew = typeof cause !== "object" || cause === null || !seen.has(cause);
  return {
    name: field("name") ?? "Error",
    // Of `throw { status: 429 }` the value itself is all there is to show.
    message: field("message") ?? snapshotText(error, counter, THROWN_VALUE_LIMITS),
    ...(stack === undefined ? {} : { stack }),
    ...(code === undefined ? {} : { code }),
    ...(cause !== undefined && cause !== null && isNew && seen.size <= MAX_CAUSES
      ? { cause: readError(cause, seen, counter) }
      : {}),
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
  // Without it V8 formats the old stack first: by the agent's own `Error.prepareStackTrace`, which may be slow or throw.
  delete error.stack;
  set("stack", record.stack ?? `${record.name}: ${record.message}`);
  if (record.code !== undefined) set("code", record.code);
  return error;
}

/** A safe copy of whatever was thrown. */
export function snapshotError(error: unknown, counter?: TruncationCounter): Error {
  return errorFromRecord(errorRecord(error, counter));
}
