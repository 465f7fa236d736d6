import type { Found } from "./redact.ts";

/**
 * Longer texts are searched for by their beginning: V8 makes no machine code of a large expression, and of a very large
 * one nothing but an error that shows it.
 */
const HEAD_CHARACTERS = 32;

/** Texts that are to be found, each with the name of its variable. */
export class Literals {
  readonly shortest: number;
  readonly longest: number;
  readonly #names: ReadonlyMap<string, string>;
  /** Longest first: of two secrets where one begins with the other, the longer is found. */
  readonly #texts: readonly string[];
  readonly #pattern: RegExp;

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
    this.#texts = [...names.keys()].sort((a, b) => b.length - a.length);
    this.shortest = this.#texts.at(-1)?.length ?? Infinity;
    this.longest = this.#texts[0]?.length ?? 0;
    const heads = new Set(this.#texts.map((text) => text.slice(0, HEAD_CHARACTERS)));
    const escaped = [...heads].map((head) => head.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
    this.#pattern = new RegExp(escaped.join("|"), "g");
  }

  /** Adds to `found` where they are in `text`. */
  find(text: string, found: Found[]): void {
    // Most text holds none.
    if (text.length < this.shortest || text.search(this.#pattern) < 0) return;
    this.#pattern.lastIndex = 0;
    for (let head = this.#pattern.exec(text); head !== null; head = this.#pattern.exec(text)) {
      const start = head.index;
      const literal = this.#texts.find((one) => text.startsWith(one, start));
      const end = start + (literal?.length ?? 1);
      if (literal !== undefined) found.push({ start, end, name: this.#names.get(literal) ?? "SECRET" });
      this.#pattern.lastIndex = end;
    }
  }
}
