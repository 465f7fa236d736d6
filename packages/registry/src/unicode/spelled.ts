import { shown } from "../finding.ts";

/** Somebody else's text where only ASCII belongs: other letters as numbers, for people could not tell some of them from ours. */
export function spelled(text: string): string {
  return shown(text).replace(/[^\p{ASCII}…]/gu, codePoint);
}

/** A character as its number: `\\u{430}`. */
export function codePoint(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`;
}
