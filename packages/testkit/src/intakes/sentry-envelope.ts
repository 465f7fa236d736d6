/** One part of an envelope: its header, and what follows it. */
export interface EnvelopeItem {
  readonly header: Readonly<Record<string, unknown>>;
  /** As sent, without the line's end. */
  readonly payload: Buffer;
}

export interface Envelope {
  readonly header: Readonly<Record<string, unknown>>;
  readonly items: readonly EnvelopeItem[];
}

const NEWLINE = 0x0a;

/**
 * Takes an envelope apart: a line of JSON for itself, then for each item a line of JSON and the payload, which is as
 * long as the item's `length` says, or ends with the line.
 *
 * @see Sentry "Envelopes" of the SDK development docs
 */
export function parseEnvelope(body: Buffer): { readonly envelope: Envelope } | { readonly problem: string } {
  let at = 0;
  const line = (): Buffer => {
    const end = body.indexOf(NEWLINE, at);
    const text = body.subarray(at, end === -1 ? body.length : end);
    at = end === -1 ? body.length : end + 1;
    return text;
  };
  const header = objectOf(line());
  if (header === undefined) return { problem: "(the envelope's header): is not a JSON object in one line" };
  const items: EnvelopeItem[] = [];
  while (at < body.length) {
    const where = `items[${items.length}]`;
    const text = line();
    // Lines between items may be empty.
    if (text.length === 0) continue;
    const itemHeader = objectOf(text);
    if (itemHeader === undefined) return { problem: `${where}.header: is not a JSON object in one line` };
    const { length } = itemHeader;
    if (length === undefined) {
      items.push({ header: itemHeader, payload: line() });
      continue;
    }
    if (typeof length !== "number" || !Number.isInteger(length) || length < 0)
      return { problem: `${where}.header.length: must be a number of bytes` };
    if (at + length > body.length)
      return { problem: `${where}.header.length: is ${length}, but only ${body.length - at} bytes follow` };
    items.push({ header: itemHeader, payload: body.subarray(at, at + length) });
    at += length;
    if (at < body.length && body[at] !== NEWLINE)
      return { problem: `${where}.header.length: is ${length}, where the payload goes on` };
    at++;
  }
  return { envelope: { header, items } };
}

function objectOf(line: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
