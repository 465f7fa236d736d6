/** The beginning of a text: at most so many UTF-16 units, and never half a code point at its end. */
export function beginningOf(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, "");
}

/** Whether a text takes at most so many bytes as UTF-8. */
export function fits(text: string, maxBytes: number): boolean {
  // A UTF-16 unit is at most three bytes: counting is only needed near the limit.
  return text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes;
}
