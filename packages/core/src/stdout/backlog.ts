import { MAX_ATOMIC_BYTES } from "./protocol.ts";

/** What lines count as, and how long they are kept when memory runs out: 0 goes first, 2 last. */
export interface LineKind {
  readonly type: string;
  readonly importance: 0 | 1 | 2;
}

/** Whole lines of one kind, written in one go. */
export interface Piece {
  readonly kind: LineKind;
  text: string;
  lineCount: number;
  /** In the order of writing. */
  previous: Piece | undefined;
  next: Piece | undefined;
  /** The next piece of the same importance. */
  nextAlike: Piece | undefined;
}

/** More than this waits only while the reader is slow. */
const COMPACT_FROM_BYTES = 256 * 1024;

/**
 * Lines that wait to be written, in order, in pieces of one kind and at most `MAX_ATOMIC_BYTES` (a longer line is a
 * piece of its own): short lines cost no object each, and what matters least can be let go first.
 *
 * A character is a byte.
 */
export class Backlog {
  #bytes = 0;
  #first: Piece | undefined;
  #last: Piece | undefined;
  readonly #oldest: (Piece | undefined)[] = [undefined, undefined, undefined];
  readonly #newest: (Piece | undefined)[] = [undefined, undefined, undefined];

  get bytes(): number {
    return this.#bytes;
  }

  get first(): Piece | undefined {
    return this.#first;
  }

  add(kind: LineKind, line: string): void {
    this.#bytes += line.length;
    const last = this.#last;
    if (last !== undefined && last.kind === kind && last.text.length + line.length <= MAX_ATOMIC_BYTES) {
      last.text += line;
      last.lineCount++;
    } else {
      // A text put together from many takes several times its length.
      if (last !== undefined && this.#bytes > COMPACT_FROM_BYTES) last.text = compact(last.text);
      this.#append({ kind, text: line, lineCount: 1, previous: last, next: undefined, nextAlike: undefined });
    }
  }

  /** Removes the first piece. */
  shift(): void {
    if (this.#first !== undefined) this.#remove(this.#first);
  }

  /** Removes the oldest piece of the least importance there is, unless that is more than `importance`. */
  evict(importance: number): Piece | undefined {
    const piece = this.#oldest.find((oldest) => oldest !== undefined);
    if (piece === undefined || piece.kind.importance > importance) return undefined;
    this.#remove(piece);
    return piece;
  }

  #append(piece: Piece): void {
    const { importance } = piece.kind;
    if (this.#last === undefined) this.#first = piece;
    else this.#last.next = piece;
    this.#last = piece;
    const alike = this.#newest[importance];
    if (alike === undefined) this.#oldest[importance] = piece;
    else alike.nextAlike = piece;
    this.#newest[importance] = piece;
  }

  /** `piece` must be the oldest of its importance, which the first of all always is. */
  #remove(piece: Piece): void {
    const { importance } = piece.kind;
    this.#bytes -= piece.text.length;
    this.#oldest[importance] = piece.nextAlike;
    if (piece.nextAlike === undefined) this.#newest[importance] = undefined;
    if (piece.previous === undefined) this.#first = piece.next;
    else piece.previous.next = piece.next;
    if (piece.next === undefined) this.#last = piece.previous;
    else piece.next.previous = piece.previous;
    // A piece that is still being written must not hold on to all that were let go after it.
    piece.previous = piece.next = piece.nextAlike = undefined;
  }
}

function compact(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
