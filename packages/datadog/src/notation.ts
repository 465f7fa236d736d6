import { beginningOf } from "@charm/telemetry-core/kit";

/** How Datadog writes ids, times and tags. */

const MAX_TAG_LENGTH = 200;

/** Datadog's ids are 64-bit numbers, written in decimal. */
export function decimal(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

/** Digits, not a number: today's nanoseconds are beyond what a number holds exactly, and JSON has room for them. */
export function nanoseconds(unixMs: number): string {
  const ms = Math.floor(unixMs);
  return String(BigInt(ms) * 1_000_000n + BigInt(Math.round((unixMs - ms) * 1e6)));
}

/**
 * Text as Datadog rewrites it in tags: lower case; letters, digits and `_-:./`, with a single `_` for whatever else; none
 * at the end.
 *
 * @see Datadog "Rules and best practices for naming tags"
 */
export function normalised(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{Ll}\p{Lo}\p{Nd}\-:./]+/gu, "_")
    .replace(/_$/, "");
}

/**
 * A tag in the form `key:value`, as Datadog takes it: no comma (it would split the tag), no blanks at its ends, at most
 * 200 characters, beginning with a letter.
 *
 * @param key given apart from the value; without it, `text` is the whole tag.
 * @returns nothing where nothing is left.
 */
export function tagOf(text: string, key?: string): string | undefined {
  const clean = text.replaceAll(/[\s,\p{Cc}]+/gu, "_").replaceAll(/^_+|_+$/g, "");
  if (clean === "") return undefined;
  const tag = key === undefined && !/^\p{L}[^:]*:./u.test(clean) ? `tag:${clean}` : clean;
  const whole = key === undefined ? tag : `${key}:${tag}`;
  return beginningOf(whole, MAX_TAG_LENGTH);
}
