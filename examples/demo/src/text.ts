import { stripVTControlCharacters, styleText } from "node:util";
import stringWidth from "string-width";

export type Style = Parameters<typeof styleText>[0];
/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const PLAIN: Paint = (_style, text) => text;
// styleText itself must not judge: what stdout is says nothing of the stream that this text goes to.
export const COLOURED: Paint = (style, text) => styleText(style, text, { validateStream: false });

const BREAKS = /[\s\p{Zl}\p{Zp}]+/gu;
const UNSAFE = /\p{C}/gu;

/** Text of an agent on one line: nothing in it can move the cursor, change colours or turn the direction of writing. */
export function oneLine(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return stripVTControlCharacters(text).replaceAll(BREAKS, " ").replaceAll(UNSAFE, "").trim();
}

/** Fills with blanks up to `width` columns of a terminal; a minus pads on the left. */
export function pad(text: string, width: number): string {
  const blanks = " ".repeat(Math.max(0, Math.abs(width) - stringWidth(text)));
  return width < 0 ? blanks + text : text + blanks;
}

/** `6 695` */
export function number(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

/** `1 run`, `2 runs` */
export function count(amount: number, word: string): string {
  return `${number(amount)} ${word}${amount === 1 ? "" : "s"}`;
}

/** `4.2 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `1:07` */
export function clock(ms: number): string {
  const total = Math.floor(ms / 1000);
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
}
