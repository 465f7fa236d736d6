/** An error in one line; exporters throw all kinds of things. */
export function errorText(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
    return text.split("\n", 1)[0] ?? text;
  } catch {
    return "threw something that cannot be shown";
  }
}

const MAX_CHARACTERS = 300;
// Controls, format characters (among them bidi and zero-width ones), private use, surrogates, separators of lines.
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text that an exporter had a part in, for a terminal: a bounded piece, with nothing in it that moves the cursor. */
export function shown(text: string): string {
  const cut = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return cut.replace(UNSHOWN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
