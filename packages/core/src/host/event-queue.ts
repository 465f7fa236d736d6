import type { HostEvent } from "./event.ts";

const COMPACT_AT = 1024;

/** What waits for one exporter, oldest first, with the bytes that it takes. */
export class EventQueue {
  #events: (HostEvent | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  get length(): number {
    return this.#events.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(event: HostEvent): void {
    this.#events.push(event);
    this.#bytes += event.bytes;
  }

  shift(): HostEvent | undefined {
    const event = this.#events[this.#head];
    if (event === undefined) return undefined;
    this.#events[this.#head++] = undefined;
    this.#bytes -= event.bytes;
    // Array.shift would move the whole rest each time.
    if (this.#head === this.#events.length) {
      this.#events.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }
}
