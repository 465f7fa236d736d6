/** How LangSmith writes times and contents. */

export type Fields = Record<string, unknown>;

/** Milliseconds since 1970 as ISO 8601 with microseconds. */
export function isoMicroseconds(unixMs: number): string {
  const micros = Math.round(unixMs * 1000);
  const digits = String(micros % 1000).padStart(3, "0");
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${digits}Z`;
}

/** LangSmith takes objects alone: text that is one in JSON becomes it, other text goes under `key`. */
export function objectOf(text: string, key: string): Fields {
  return jsonObject(text) ?? { [key]: text };
}

/** Nothing for text that is none. */
export function jsonObject(text: string): Fields | undefined {
  if (!/^\s*\{/.test(text)) return undefined; // most text is none, and a failed parse is dear
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // no JSON
  }
  return undefined;
}
