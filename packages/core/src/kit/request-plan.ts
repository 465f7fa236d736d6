import type { Outcome } from "../exporter.ts";

/** What goes around and between the items of one request's body, such as `[`, `,` and `]`. */
export interface Envelope {
  readonly open: string;
  readonly separator: string;
  readonly close: string;
}

export interface RequestLimits {
  /** Bytes of one request's body, before compression. */
  readonly maxRequestBytes: number;
  readonly maxRequestItems: number;
}

/** The items from `from` up to, but not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Sends items in as few requests as the limits allow, and what is too large for the backend in halves of halves.
 *
 * @param send makes one request of some of the items.
 * @returns one outcome for each item, in order.
 */
export async function sendInRequests(
  items: readonly string[],
  envelope: Envelope,
  limits: RequestLimits,
  send: (items: readonly string[]) => Promise<Outcome | "split">,
): Promise<Outcome[]> {
  const outcomes = Array.from<Outcome>({ length: items.length }).fill("too_large");
  const deliver = async ({ from, to }: Range): Promise<void> => {
    const outcome = await send(items.slice(from, to));
    if (outcome !== "split") outcomes.fill(outcome, from, to);
    else if (to - from > 1) {
      const middle = (from + to) >> 1;
      await deliver({ from, to: middle });
      await deliver({ from: middle, to });
    }
  };
  for (const range of planRequests(items, envelope, limits)) await deliver(range);
  return outcomes;
}

/**
 * Cuts items into requests that keep to the limits, in order.
 *
 * @returns ranges without gaps, but for items that are too large even alone.
 */
export function planRequests(items: readonly string[], envelope: Envelope, limits: RequestLimits): Range[] {
  const frame = Buffer.byteLength(envelope.open) + Buffer.byteLength(envelope.close);
  const separator = Buffer.byteLength(envelope.separator);
  const ranges: Range[] = [];
  let from = 0;
  let bytes = frame;
  const cut = (to: number): void => {
    if (to > from) ranges.push({ from, to });
    bytes = frame;
  };
  items.forEach((item, index) => {
    const size = Buffer.byteLength(item);
    if (frame + size > limits.maxRequestBytes) {
      cut(index);
      from = index + 1;
      return;
    }
    const isFull = bytes + separator + size > limits.maxRequestBytes || index - from >= limits.maxRequestItems;
    if (index > from && isFull) {
      cut(index);
      from = index;
    }
    bytes += size + (index > from ? separator : 0);
  });
  cut(items.length);
  return ranges;
}

/** The body of one request. */
export function joinBody(items: readonly string[], { open, separator, close }: Envelope): Buffer {
  return Buffer.from(open + items.join(separator) + close);
}
