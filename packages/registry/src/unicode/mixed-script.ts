import { LOOKALIKES } from "./lookalikes.ts";
import { codePoint } from "./spelled.ts";

const WORD = /[\p{L}\p{M}\p{N}\p{So}\p{Cf}]+/gu;
const LATIN = /\p{Script=Latin}/u;
/** The scripts whose letters are mistaken for Latin ones most, and all of whose letters count. */
const CLOSE_SCRIPTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
];
const NOT_ASCII = /[^\p{ASCII}]/u;

let imitators: Set<string> | undefined;

/** The first word that mixes Latin letters with others that look like them. */
export function mixedScript(text: string): { word: string; scripts: string } | undefined {
  if (!NOT_ASCII.test(text)) return undefined;
  for (const [word] of text.matchAll(WORD)) {
    const scripts = scriptsOf(word);
    if (scripts !== undefined) return { word: spelledOut(word), scripts };
  }
  return undefined;
}

function scriptsOf(word: string): string | undefined {
  if (!LATIN.test(word)) return undefined;
  const close = CLOSE_SCRIPTS.find(([, pattern]) => pattern.test(word));
  if (close !== undefined) return `Latin and ${close[0]}`;
  return Array.from(word).some(imitatesLatin) ? "Latin and letters that look like it" : undefined;
}

/** True of a character that is not Latin and that Unicode's table of confusables shows as Latin letters. */
function imitatesLatin(character: string): boolean {
  imitators ??= new Set(
    Object.values(LOOKALIKES).flatMap((codePoints) =>
      codePoints.split(" ").map((digits) => String.fromCodePoint(Number.parseInt(digits, 16))),
    ),
  );
  return imitators.has(character) && !LATIN.test(character);
}

/** The foreign letters as numbers: people could not tell them from the others. */
function spelledOut(word: string): string {
  return word.slice(0, 80).replace(/[^\p{ASCII}\p{Script=Latin}]/gu, codePoint);
}
