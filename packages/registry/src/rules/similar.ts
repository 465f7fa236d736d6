import { shown } from "../finding.ts";
import type { Problem } from "../problem.ts";

/**
 * How an id looks: letters and digits of ASCII that Unicode's confusables.txt (UTS 39) holds for the same,
 * after folding case. `l` stands for 1, l and |, `o` for 0 and o, `m` for m and rn.
 */
export function skeleton(text: string): string {
  return text.toLowerCase().replaceAll("0", "o").replace(/[1|]/g, "l").replaceAll("rn", "m");
}

/** True if one letter inserted, dropped, replaced or swapped with the next makes one of the other, or if both look the same. */
export function isOneLetterFrom(left: string, right: string): boolean {
  return isOneEdit(left.toLowerCase(), right.toLowerCase()) || isOneEdit(skeleton(left), skeleton(right));
}

function isOneEdit(left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > 1) return false;
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  const [restOfLeft, restOfRight] = [left.slice(start), right.slice(start)];
  return (
    restOfLeft === restOfRight.slice(1) ||
    restOfLeft.slice(1) === restOfRight ||
    restOfLeft.slice(1) === restOfRight.slice(1) ||
    (restOfLeft.slice(2) === restOfRight.slice(2) &&
      restOfLeft[0] === restOfRight[1] &&
      restOfLeft[1] === restOfRight[0])
  );
}

/** Two ids, or two packages, that may be one letter apart. */
export type SimilarPair = readonly [string, string];

export function isAllowed(pairs: readonly SimilarPair[], left: string, right: string): boolean {
  return pairs.some((pair) => pair.includes(left) && pair.includes(right));
}

/** That a name is one letter from another. */
export function tooSimilar(rule: "id-similar" | "npm-similar", other: string): Problem {
  const fix = "choose another name, or ask for an exception in similar.json";
  return { rule, message: `one letter from "${shown(other)}"`, fix };
}

/** A name that is being compared, and what it is the name of. */
export interface Named<T> {
  readonly name: string;
  readonly of: T;
}

/**
 * Finds names that are one letter apart, without comparing all with all: two such names are the same once a letter,
 * or none, is left out of each. Kept are numbers made of the texts: the texts would take ten times the memory.
 */
export class SimilarNames<T> {
  readonly #buckets = new Map<number, Named<T>[]>();

  add(name: string, of: T): void {
    const named = { name, of };
    for (const variant of variantsOf(name)) {
      const bucket = this.#buckets.get(variant);
      if (bucket === undefined) this.#buckets.set(variant, [named]);
      else bucket.push(named);
    }
  }

  /** Those that were added and are one letter from the name, each once. */
  near(name: string): Named<T>[] {
    const found = new Set<Named<T>>();
    for (const variant of variantsOf(name)) {
      for (const named of this.#buckets.get(variant) ?? []) if (isOneLetterFrom(name, named.name)) found.add(named);
    }
    return [...found];
  }
}

const BASE = 0x01000193;

/** A number for the name as it is written, one for how it looks, and one for each of both with a letter left out. */
function variantsOf(name: string): Set<number> {
  const written = name.toLowerCase();
  const seen = skeleton(name);
  return new Set(seen === written ? hashesOf(written) : [...hashesOf(written), ...hashesOf(seen)]);
}

/** Of the text and of the text without its letter n, for all n: each from the hash of what stands before and behind. */
function hashesOf(text: string): number[] {
  const suffixes = [0];
  const powers = [1];
  for (let index = text.length - 1, power = 1, suffix = 0; index >= 0; index -= 1) {
    suffix = (Math.imul(text.charCodeAt(index), power) + suffix) | 0;
    power = Math.imul(power, BASE);
    suffixes.push(suffix);
    powers.push(power);
  }
  const hashes = [suffixes[text.length] ?? 0];
  for (let index = 0, prefix = 0; index < text.length; index += 1) {
    const behind = text.length - index - 1;
    hashes.push((Math.imul(prefix, powers[behind] ?? 1) + (suffixes[behind] ?? 0)) | 0);
    prefix = (Math.imul(prefix, BASE) + text.charCodeAt(index)) | 0;
  }
  return hashes;
}
