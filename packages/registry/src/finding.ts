/** `undecided`: the network did not answer well enough to tell; neither a pass nor a failure. */
export type Severity = "error" | "warning" | "undecided";

/** One thing that is wrong with a file, where it is, and how to mend it. */
export interface Finding {
  /** As people would write it: from the folder that the command was started in, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly severity: Severity;
  /** Names a page of the rules' documentation, such as `id-format`. */
  readonly rule: string;
  /** What is wrong. Text that somebody else wrote has been through `shown`. */
  readonly message: string;
  readonly got?: string | undefined;
  readonly want?: string | undefined;
  /** A command, or a sentence that says what to do. */
  readonly fix?: string | undefined;
}

/** `file:line:column severity rule: message; got X; want Y (fix: command)`. */
export function formatFinding(finding: Finding): string {
  const { file, line, column, severity, rule } = finding;
  return `${visible(file)}:${line}:${column} ${severity} ${rule}: ${describeFinding(finding)}`;
}

/** `message; got X; want Y (fix: command)`. */
export function describeFinding({ message, got, want, fix }: Finding): string {
  const details = [message, got === undefined ? [] : `got ${got}`, want === undefined ? [] : `want ${want}`].flat();
  return `${details.join("; ")}${fix === undefined ? "" : ` (fix: ${fix})`}`;
}

/** By file, line, column, rule and text: the same findings are always in the same order. */
export function compareFindings(left: Finding, right: Finding): number {
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.rule, right.rule) ||
    compareText(left.message, right.message)
  );
}

/** By UTF-16 units, which no locale changes. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const SHOWN_LENGTH = 80;
// Controls, format characters (among them bidi and zero-width ones), private use, surrogates, separators of lines.
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Somebody else's text, for a terminal: 80 characters of it, and none that could move the cursor or hide others. */
export function shown(text: string): string {
  const characters = Array.from(text.slice(0, SHOWN_LENGTH * 2 + 2));
  const cut = characters.length > SHOWN_LENGTH ? [...characters.slice(0, SHOWN_LENGTH), "…"] : characters;
  return visible(cut.join(""));
}

/** As `shown`, and all of it: for sentences of other people's programs. */
export function visible(text: string): string {
  const plain = text.replace(UNSHOWN, (character) => `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`);
  // GitHub takes ##[command] for its own, wherever it stands in a line.
  return plain.replaceAll("##[", String.raw`##\u{5B}`);
}
