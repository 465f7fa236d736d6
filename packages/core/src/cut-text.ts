import { collectSecrets, Masker } from "./secrets.ts";

/** Notes how many values were cut. */
export interface TruncationCounter {
  truncated: number;
}

const MARKER_CHARACTERS = 48;
// Looked through beyond the end of what is kept, or as much as the longest secret takes: one across that end is masked
// whole.
const MASKED_BEYOND = 4096;

/** The process has one environment, and so one masker for whatever is cut. */
let cutMasker: Masker | undefined;

/** Where it is not called, texts are cut without the secrets that the environment holds when the first one is. */
export function maskCutsWith(masker: Masker): void {
  cutMasker = masker;
}

/**
 * Keeps `text` whole up to `limit` UTF-16 units, else its beginning, never with half a code point, and how much is
 * missing: together no longer than `limit` either (but for limits below 48), so that a second cut changes nothing.
 *
 * What is cut is masked first: nobody could recognise one half of a secret.
 */
export function cutText(text: string, limit: number, counter?: TruncationCounter): string {
  if (text.length <= limit) return text;
  const room = Math.max(0, limit - MARKER_CHARACTERS);
  cutMasker ??= new Masker(collectSecrets(process.env));
  const beyond = Math.max(MASKED_BEYOND, cutMasker.longest);
  const looked = room === 0 ? "" : text.slice(0, limit + beyond);
  const isAll = looked.length === text.length;
  const masked = cutMasker.mask(looked);
  if (isAll && masked.length <= limit) return masked;
  if (counter !== undefined) counter.truncated++;
  // Masks may have made it so much shorter that its end, which may be half a secret, has come within the room.
  const kept = Math.min(room, isAll ? masked.length : Math.max(0, masked.length - beyond));
  const last = masked.charCodeAt(kept - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? kept - 1 : kept;
  const missing = masked.length - end + (text.length - looked.length);
  // A slice keeps its whole parent string alive: a copy lets a 100 MB text go.
  return `${Buffer.from(masked.slice(0, end), "utf16le").toString("utf16le")}… [cut: ${missing} more characters]`;
}
