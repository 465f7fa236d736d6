/** Remembers at least the last `count` ids that it was given, and at most twice as many. */
export class RecentIds {
  readonly #count: number;
  #current = new Set<string>();
  #previous = new Set<string>();

  constructor(count: number) {
    this.#count = count;
  }

  add(id: string): void {
    this.#current.add(id);
    if (this.#current.size < this.#count) return;
    // Two generations: removing the oldest one by one makes a Set slow.
    this.#previous = this.#current;
    this.#current = new Set();
  }

  has(id: string): boolean {
    return this.#current.has(id) || this.#previous.has(id);
  }
}
