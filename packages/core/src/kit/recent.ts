/** Remembers at least the last `count` ids that it was given, and at most twice as many, each with a value. */
export class Recent<Value> {
  readonly #count: number;
  #current = new Map<string, Value>();
  #previous = new Map<string, Value>();

  constructor(count: number) {
    this.#count = count;
  }

  set(id: string, value: Value): void {
    this.#current.set(id, value);
    if (this.#current.size < this.#count) return;
    // Two generations: removing the oldest one by one makes a map slow.
    this.#previous = this.#current;
    this.#current = new Map();
  }

  get(id: string): Value | undefined {
    return this.#current.get(id) ?? this.#previous.get(id);
  }
}
