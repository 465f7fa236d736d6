/** How Sentry writes times and the values of attributes. */

export type Value = string | number | boolean | readonly string[];

/** What is undefined is left out. */
export type Attributes = Readonly<Record<string, Value | undefined>>;

interface Attribute {
  readonly value: Value;
  readonly type: "string" | "integer" | "double" | "boolean" | "array";
}

/** Seconds since 1970, exact to the microsecond. */
export function seconds(unixMs: number): number {
  return Math.round(unixMs * 1000) / 1e6;
}

/** Sentry drops objects and null without a word. */
export function plain(value: unknown): Value | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

/** Attributes with their types, as the span protocol wants them. */
export function typed(values: Attributes): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) attributes[key] = { value, type: typeOf(value) };
  }
  return attributes;
}

function typeOf(value: Value): Attribute["type"] {
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "double";
  if (typeof value === "string" || typeof value === "boolean") return typeof value as "string" | "boolean";
  return "array";
}
