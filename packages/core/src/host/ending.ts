// Of the time that is left, what flush may use up before shutdown is called all the same.
const FLUSH_SHARE = 0.8;
const MAX_GRACE_MS = 50;

/** The last step of a lane's life that has been reached. */
export type EndStep = "queue" | "flush" | "flushed" | "shutdown" | "done";

/** How far the end of a lane has come, and how much longer it may take. */
export class Ending {
  step: EndStep = "queue";
  /** Resolves when the lane has ended. */
  readonly done: Promise<void>;
  resolve!: () => void;
  readonly #flush = new AbortController();
  readonly #shutdown = new AbortController();
  readonly #moved: (isOver: boolean) => void;
  #endsAt = Infinity;
  #timers: NodeJS.Timeout[] = [];

  /** @param moved called when time has moved the end on, and when it is used up. */
  constructor(moved: (isOver: boolean) => void) {
    this.#moved = moved;
    this.done = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  get flushSignal(): AbortSignal {
    return this.#flush.signal;
  }

  get shutdownSignal(): AbortSignal {
    return this.#shutdown.signal;
  }

  /** Ends within `timeoutMs`, unless it was to end sooner anyway. */
  within(timeoutMs: number): void {
    const endsAt = performance.now() + timeoutMs;
    if (endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.stop();
    // Between the abort and the end an exporter can say what became of its events.
    const abortMs = timeoutMs - Math.min(MAX_GRACE_MS, timeoutMs / 8);
    this.#timers = [
      setTimeout(() => this.#stopFlush(), abortMs * FLUSH_SHARE),
      setTimeout(() => this.#shutdown.abort(new Error("the time for shutdown is over")), abortMs),
      setTimeout(() => this.#moved(true), timeoutMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #stopFlush(): void {
    this.#flush.abort(new Error("the time for flush is over"));
    if (this.step !== "flush") return;
    this.step = "flushed";
    this.#moved(false);
  }
}
