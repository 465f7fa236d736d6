// Up to eight characters, blanks in front: about the size of a real model's tokens. With the `u` flag a character is a
// code point, so that a surrogate pair stays whole; `\s` and `\S` together leave nothing out.
const PIECE = /\s{0,2}\S{1,6}|\s{1,8}/gu;

/**
 * Cuts recorded text into pieces as a model streams them.
 *
 * @returns pieces that make `text` again when they are joined; the same ones for the same text; none for empty text.
 */
export function tokenize(text: string): string[] {
  return text.match(PIECE) ?? [];
}
