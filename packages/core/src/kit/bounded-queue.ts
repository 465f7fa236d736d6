interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/** Items that wait, and roughly what they take: the oldest leave first. */
export class BoundedQueue<Item> {
  readonly #waiting: Waiting<Item>[] = [];
  #bytes = 0;

  get length(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get items(): Item[] {
    return this.#waiting.map(({ item }) => item);
  }

  push(item: Item, bytes: number): void {
    this.#waiting.push({ item, bytes });
    this.#bytes += bytes;
  }

  /** The oldest that keep to both limits; one at least, however large. */
  takeBatch(maxItems: number, maxBytes: number): Item[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count === maxItems || (count > 0 && bytes > maxBytes)) break;
      count++;
    }
    return this.#take(count);
  }

  /** The oldest without which the rest keeps to both limits. */
  takeExcess(maxItems: number, maxBytes: number): Item[] {
    let count = 0;
    let bytes = this.#bytes;
    while (this.length - count > maxItems || (bytes > maxBytes && this.length > count))
      bytes -= this.#waiting[count++]?.bytes ?? 0;
    return count === 0 ? [] : this.#take(count);
  }

  takeAll(): Item[] {
    return this.#take(this.length);
  }

  #take(count: number): Item[] {
    return this.#waiting.splice(0, count).map(({ item, bytes }) => {
      this.#bytes -= bytes;
      return item;
    });
  }
}
