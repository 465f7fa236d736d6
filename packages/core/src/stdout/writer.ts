import { writeSync } from "node:fs";
// Not the global ones: an agent's test may have put fake timers in their place.
import { setImmediate, setTimeout } from "node:timers";
import type { StdoutHealth } from "../health.ts";
import { resolveSettings, SETTINGS_DEFAULTS } from "../settings.ts";
import { AgentStdout } from "./agent-stdout.ts";
import { Backlog } from "./backlog.ts";
import type { LineKind, Piece } from "./backlog.ts";
import { openStdout } from "./descriptor.ts";
import type { StdoutDescriptor } from "./descriptor.ts";
import { MAX_ATOMIC_BYTES } from "./protocol.ts";

/** Within one turn of the loop, this much is gathered before it is written without waiting for the turn's end. */
const GATHER_BYTES = 64 * 1024;
/** A line that is longer than a piece goes to the system in slices of this size, the usual size of a pipe. */
const SLICE_BYTES = 64 * 1024;
const RETRY_MS = 5;
/** A reader that has just taken something is likely to take more at once. */
const EAGER_RETRY_MS = 1;
/** The other end is gone, or the descriptor is: nothing can be written any more. */
const FATAL_CODES = new Set(["EPIPE", "EBADF", "ECONNRESET", "ENOTCONN"]);

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes lines to stdout at the end of the turn they were made in, without ever throwing or blocking the thread.
 *
 * What a slow reader does not take waits, in order, in at most `bufferBytes`; beyond that the least important lines go
 * first, and are counted. Lines are byte strings: one character is one byte.
 */
export class StdoutWriter {
  /** Bytes that may wait. */
  bufferBytes: number;
  readonly #backlog = new Backlog();
  readonly #agent = new AgentStdout();
  readonly #openStdout: () => StdoutDescriptor;
  #stdout: StdoutDescriptor | undefined;

  /** What is being written, how far that has come, and the pieces it is made of. */
  #outgoing = "";
  #offset = 0;
  #taken: Piece[] = [];

  #isScheduled = false;
  #retry: NodeJS.Timeout | undefined;
  #pumpAt = GATHER_BYTES;
  /** The process is ending: the loop does not turn again. */
  #isEnding = false;
  /** Somebody's last line was cut: the next one starts with a newline. */
  #isMidLine = false;

  #written = 0;
  readonly #droppedBy = new Map<string, number>();
  #closedBy: string | undefined;

  /** @param open called before the first write, and not at all if there is none. */
  constructor(bufferBytes: number = SETTINGS_DEFAULTS.stdoutBufferBytes, open: () => StdoutDescriptor = openStdout) {
    this.bufferBytes = bufferBytes;
    this.#openStdout = open;
  }

  /** Takes one line, its newline included. */
  write(kind: LineKind, line: string): void {
    if (this.#closedBy !== undefined) {
      this.drop(kind.type, 1);
      return;
    }
    if (this.#backlog.bytes + line.length > this.bufferBytes && !this.#makeRoom(kind, line.length)) {
      this.drop(kind.type, 1);
      return;
    }
    this.#backlog.add(kind, line);
    if (this.#isEnding || this.#backlog.bytes >= this.#pumpAt) this.pump();
    else if (!this.#isScheduled) this.#schedule();
  }

  /** Counts lines that were not written. */
  drop(type: string, lineCount: number): void {
    this.#droppedBy.set(type, (this.#droppedBy.get(type) ?? 0) + lineCount);
  }

  /** Writes what can be written now. Returns whether nothing is left. */
  pump(): boolean {
    if (this.#isEmpty()) return true;
    this.#stdout ??= this.#open();
    let retryMs = RETRY_MS;
    if (!this.#mustWaitForAgent()) {
      while (this.#take() && this.#writeOnce(this.#stdout.fd)) retryMs = EAGER_RETRY_MS;
    }
    this.#pumpAt = this.#backlog.bytes + GATHER_BYTES;
    if (this.#isEmpty()) return true;
    this.#retryIn(retryMs);
    return false;
  }

  /** Resolves when everything is written, nothing can be any more, or time is up. Keeps the process alive meanwhile. */
  async flush(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!this.pump() && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, EAGER_RETRY_MS));
    }
  }

  /**
   * Writes what is left at the end of the process, blocking the thread until done or until `deadline` (on
   * `performance.now()`'s clock). Lines that come later are written at once, as far as the reader takes them.
   */
  flushSync(deadline: number): void {
    // Node leaves prints that wait in process.stdout unwritten when a process exits: the last one may be half a line.
    if (!this.#isEnding && this.#agent.isWaiting()) this.#isMidLine = true;
    this.#isEnding = true;
    while (!this.pump() && performance.now() < deadline) Atomics.wait(pause, 0, 0, 1);
  }

  health(): StdoutHealth {
    return {
      written: this.#written,
      droppedBy: Object.fromEntries(this.#droppedBy),
      bufferedBytes: this.#backlog.bytes + this.#outgoing.length - this.#offset,
      ...(this.#closedBy === undefined ? {} : { closedBy: this.#closedBy }),
    };
  }

  #schedule(): void {
    this.#isScheduled = true;
    setImmediate(this.#onTurnEnd);
  }

  readonly #onTurnEnd = (): void => {
    this.#isScheduled = false;
    this.pump();
  };

  #retryIn(ms: number): void {
    if (this.#retry !== undefined || this.#isEnding) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.pump();
    }, ms).unref();
  }

  #isEmpty(): boolean {
    return this.#outgoing === "" && this.#backlog.first === undefined;
  }

  #mustWaitForAgent(): boolean {
    // A line that is half written is finished first: nothing of the agent's may come in between.
    return !this.#isEnding && this.#offset === 0 && this.#agent.isWaiting();
  }

  /** A line that is longer than all the room there is can still be taken: alone. */
  #makeRoom(kind: LineKind, bytes: number): boolean {
    while (this.#backlog.first !== undefined && this.#backlog.bytes + bytes > this.bufferBytes) {
      const piece = this.#backlog.evict(kind.importance);
      if (piece === undefined) return false;
      this.drop(piece.kind.type, piece.lineCount);
    }
    return true;
  }

  /** Sees to it that there is something to write: the rest of last time, or as many pieces as go out in one write. */
  #take(): boolean {
    if (this.#outgoing !== "") return true;
    for (let piece = this.#backlog.first; piece !== undefined; piece = this.#backlog.first) {
      if (this.#outgoing.length + piece.text.length > MAX_ATOMIC_BYTES && this.#taken.length > 0) break;
      this.#outgoing += piece.text;
      this.#taken.push(piece);
      this.#backlog.shift();
    }
    return this.#taken.length > 0;
  }

  /** One call of the system. False when the reader takes nothing at the moment. */
  #writeOnce(fd: number): boolean {
    try {
      const written = writeSync(fd, this.#nextBytes(), null, "latin1");
      if (written === 0) return false;
      if (this.#isMidLine) this.#isMidLine = false;
      else this.#offset += written;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      if (code === "EAGAIN") return false;
      if (code !== "EINTR") this.#fail(code);
      return true;
    }
    if (this.#offset === this.#outgoing.length) this.#settle(0);
    return true;
  }

  #nextBytes(): string {
    if (this.#isMidLine) return "\n";
    if (this.#offset === 0 && this.#outgoing.length <= MAX_ATOMIC_BYTES) return this.#outgoing;
    return this.#outgoing.slice(this.#offset, this.#offset + SLICE_BYTES);
  }

  #open(): StdoutDescriptor {
    const stdout = this.#openStdout();
    if (stdout.isStream) this.#agent.watch(stdout.isTouched);
    return stdout;
  }

  /** Drops what is being written, such as on a full disk. Later lines are tried again, unless stdout is gone. */
  #fail(code: string): void {
    if (this.#offset > 0) this.#isMidLine = this.#outgoing[this.#offset - 1] !== "\n";
    this.#settle(countLines(this.#outgoing.slice(this.#offset)));
    if (!FATAL_CODES.has(code)) return;
    this.#closedBy = code;
    for (let piece = this.#backlog.first; piece !== undefined; piece = this.#backlog.first) {
      this.drop(piece.kind.type, piece.lineCount);
      this.#backlog.shift();
    }
  }

  /** Done with what was taken; its last `lost` lines were not written. */
  #settle(lost: number): void {
    for (const piece of this.#taken.reverse()) {
      const dropped = Math.min(lost, piece.lineCount);
      if (dropped > 0) this.drop(piece.kind.type, dropped);
      this.#written += piece.lineCount - dropped;
      lost -= dropped;
    }
    this.#taken = [];
    this.#outgoing = "";
    this.#offset = 0;
  }
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

const SHARED = Symbol.for("charm.telemetry.stdout.1");

interface SharedWriter {
  readonly writer: StdoutWriter;
  /** Whether a manager flushes it at the end of the process. */
  isManaged: boolean;
  flushesItself: boolean;
}

/**
 * The writer that everything in this process shares, other copies of this package included.
 *
 * @param bufferBytes given by the manager, who then sees to flushing at the end of the process; while nobody has given
 *   it, the writer does so itself.
 */
export function processWriter(bufferBytes?: number): StdoutWriter {
  const scope = globalThis as { [SHARED]?: SharedWriter };
  const shared = (scope[SHARED] ??= { writer: new StdoutWriter(), isManaged: false, flushesItself: false });
  if (bufferBytes !== undefined) {
    shared.writer.bufferBytes = bufferBytes;
    shared.isManaged = true;
  } else if (!shared.isManaged && !shared.flushesItself) {
    shared.flushesItself = true;
    flushAtExit(shared);
  }
  return shared.writer;
}

function flushAtExit(shared: SharedWriter): void {
  const { writer } = shared;
  const { shutdownMs } = resolveSettings(process.env).settings;
  let hasGivenUp = false;
  process.on("beforeExit", () => {
    // Comes again after every wait.
    if (shared.isManaged || hasGivenUp || writer.pump()) return;
    void writer.flush(shutdownMs).then(() => {
      hasGivenUp = !writer.pump();
    });
  });
  process.once("exit", () => {
    if (!shared.isManaged) writer.flushSync(performance.now() + (hasGivenUp ? 0 : shutdownMs));
  });
}
