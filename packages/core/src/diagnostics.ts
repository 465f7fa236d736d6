import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { cutText } from "./cut-text.ts";

const MAX_MESSAGES = 200;
const MAX_CHARACTERS = 4000;
/** All warnings together: what a socket takes even if nobody reads it, since a write to a full one would block. */
const MAX_TOTAL_CHARACTERS = 64 * 1024;
/** A secret that lies across the end of what is shown is masked whole: no variable is longer than 128 KB. */
const MASKED_CHARACTERS = 1024 * 1024;

/**
 * Words for people, on stderr: each text once, masked, short, and never in the agent's way.
 */
export class Diagnostics {
  readonly #said = new Set<string>();
  #saidCharacters = 0;
  readonly #isDebug: boolean;
  /** Set as soon as the secrets are known. */
  mask: (text: string) => string = (text) => text;

  constructor(isDebug: boolean) {
    this.#isDebug = isDebug;
  }

  readonly warn = (message: string): void => {
    const text = this.#clean(message);
    if (text === undefined) return;
    if (this.#said.has(text) || this.#said.size >= MAX_MESSAGES || this.#saidCharacters >= MAX_TOTAL_CHARACTERS) return;
    this.#said.add(text);
    this.#saidCharacters += text.length;
    writeLine(`[charm-telemetry] ${text}`);
  };

  readonly debug = (message: string): void => {
    const text = this.#isDebug ? this.#clean(message) : undefined;
    if (text !== undefined) writeLine(`[charm-telemetry] ${performance.now().toFixed(1)} ms ${text}`);
  };

  /** Nothing where masking fails, as it does when the stack is used up: the message may hold a secret. */
  #clean(message: string): string | undefined {
    try {
      return cutText(this.mask(message.slice(0, MASKED_CHARACTERS)), MAX_CHARACTERS);
    } catch {
      return undefined;
    }
  }
}

/**
 * One line on stderr, or nothing if nobody reads it: a full pipe must not block the agent, and `process.stderr` would
 * make the description non-blocking for everybody who shares it.
 */
function writeLine(text: string): void {
  let own: number | undefined;
  try {
    if (fstatSync(2).isFIFO()) own = openSync("/proc/self/fd/2", constants.O_WRONLY | constants.O_NONBLOCK);
    // A line that spans several atomic writes could be torn by other writers: line by line it cannot.
    for (const line of text.split("\n")) writeSync(own ?? 2, `${line}\n`);
  } catch {
    // Closed, full, or not there: there is nobody to tell.
  } finally {
    if (own !== undefined) closeSync(own);
  }
}
