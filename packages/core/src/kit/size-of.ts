const NODE_BYTES = 16;

/** Roughly the bytes that a plain value takes, in memory as on the wire: good enough for a bound. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length + NODE_BYTES;
  if (typeof value !== "object" || value === null) return NODE_BYTES;
  if (value instanceof Error) return sizeOf(value.message) + sizeOf(value.stack) + sizeOf(value.cause);
  let bytes = NODE_BYTES;
  if (Array.isArray(value)) {
    for (const item of value) bytes += sizeOf(item);
    return bytes;
  }
  for (const [key, member] of Object.entries(value)) bytes += key.length + sizeOf(member);
  return bytes;
}
