import { cutText } from "../cut-text.ts";
import { beginningOf } from "./text.ts";

const PIECES_PER_JOIN = 512;
// Kept beyond the limit until the text has been masked: a secret across the limit is then masked whole, not cut in two.
const MASKING_MARGIN = 4096;

/** Text that grows token by token up to a limit; what is beyond it is counted. */
export class BoundedText {
  readonly #limit: number;
  readonly #joined: string[] = [];
  #pieces: string[] = [];
  #kept = 0;
  #missing = 0;

  /** @param limit UTF-16 units. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** UTF-16 units that are held. */
  get length(): number {
    return this.#kept;
  }

  add(piece: string): void {
    const room = this.#limit + MASKING_MARGIN - this.#kept;
    const kept = piece.length <= room ? piece : piece.slice(0, room);
    this.#missing += piece.length - kept.length;
    if (kept === "") return;
    this.#kept += kept.length;
    // Many one-character strings take far more memory than the text that they make.
    if (this.#pieces.push(kept) === PIECES_PER_JOIN) {
      this.#joined.push(this.#pieces.join(""));
      this.#pieces = [];
    }
  }

  /** The text, masked, then cut to the limit with a note of how much is missing. */
  toText(mask: (text: string) => string): string {
    const text = mask([...this.#joined, ...this.#pieces].join(""));
    if (this.#missing === 0) return cutText(text, this.#limit);
    // Masks may have made it so much shorter that its end, which may be half a secret, has come within the limit.
    const room = Math.max(0, Math.min(this.#limit, text.length - MASKING_MARGIN));
    const kept = beginningOf(text, room);
    return `${kept}… [cut: ${text.length - kept.length + this.#missing} more characters]`;
  }
}
