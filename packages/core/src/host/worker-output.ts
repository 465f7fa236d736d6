import { Writable } from "node:stream";

export type StreamName = "stdout" | "stderr";

const MAX_LINE = 2000;
const MAX_CHARACTERS_PER_SECOND = 64 * 1024;
const LINE_COST = 200;
/** What may wait for the end of its line: progress bars never end theirs. */
const MAX_UNENDED = 256 * 1024;

/**
 * Puts streams of our own in the place of the thread's stdout and stderr, so that what exporters print never reaches the
 * agent's stdout: Node's own streams either do that, or keep the process alive once a byte was written.
 *
 * Has to come before any exporter is imported: `console` keeps the streams that it finds.
 *
 * @param mask is given whole prints: a secret may have several lines, or be longer than what is shown as one.
 */
export function captureOutput(mask: (text: string) => string, print: (stream: StreamName, line: string) => void): void {
  const budget = new Budget((left) => print("stderr", `… ${left} characters more`));
  for (const name of ["stdout", "stderr"] as const) {
    const stream = new LineStream(mask, (line) => {
      if (budget.allows(line.length)) print(name, line);
    });
    Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true });
  }
}

/** Passes on whole lines, masked; a long one in pieces, the rest of one after a moment. */
class LineStream extends Writable {
  readonly #mask: (text: string) => string;
  readonly #print: (line: string) => void;
  #rest = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(mask: (text: string) => string, print: (line: string) => void) {
    super({ decodeStrings: false });
    this.#mask = mask;
    this.#print = print;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, callback: () => void): void {
    clearTimeout(this.#timer);
    const text = this.#rest + chunk.toString();
    const end = text.length > MAX_UNENDED ? text.length : text.lastIndexOf("\n") + 1;
    this.#rest = text.slice(end);
    this.#printLines(text.slice(0, end));
    if (this.#rest !== "") this.#timer = setTimeout(() => this.#printRest(), 100).unref();
    callback();
  }

  #printRest(): void {
    const rest = this.#rest;
    this.#rest = "";
    this.#printLines(rest);
  }

  #printLines(text: string): void {
    for (const line of this.#mask(text).split(/\r?\n/)) {
      if (line.trim() === "") continue;
      for (let at = 0; at < line.length; at += MAX_LINE) this.#print(line.slice(at, at + MAX_LINE));
    }
  }
}

/** So many characters a second, and afterwards a word on how many were left out. */
class Budget {
  readonly #tell: (left: number) => void;
  #used = 0;
  #leftOut = 0;
  #isTimed = false;

  constructor(tell: (left: number) => void) {
    this.#tell = tell;
  }

  allows(characters: number): boolean {
    if (!this.#isTimed) setTimeout(() => this.#renew(), 1000).unref();
    this.#isTimed = true;
    // Each line is a message to the agent's thread: short ones are not for free.
    const cost = LINE_COST + characters;
    if (this.#used + cost > MAX_CHARACTERS_PER_SECOND) {
      this.#leftOut += characters;
      return false;
    }
    this.#used += cost;
    return true;
  }

  #renew(): void {
    const left = this.#leftOut;
    this.#isTimed = false;
    this.#used = 0;
    this.#leftOut = 0;
    if (left > 0) this.#tell(left);
  }
}
