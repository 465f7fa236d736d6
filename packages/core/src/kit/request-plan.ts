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
