import type { Outcome } from "../exporter.ts";

/** What the end of a lane needs of it. */
export interface EndingLane {
  /** Nothing waits, and nothing is in a hook. */
  readonly isIdle: () => boolean;
  readonly call: (name: "flush" | "shutdown", signal: AbortSignal, done: () => void) => void;
  /** Asks for `advance` to be called. */
  readonly wake: () => void;
  /** @param outcome of what is still pending. */
  readonly finish: (outcome: Outcome) => void;
}

// Of the time that is left, what flush may use up before shutdown is called all the same.
const FLUSH_SHARE = 0.8;
const MAX_GRACE_MS = 50;

/** The end of a lane: hands over what waits, then flush, then shutdown, each with its part of the time. */
export class Ending {
  /** Resolves when the lane has ended. */
  readonly done: Promise<void>;
  readonly #lane: EndingLane;
  readonly #flush = new AbortController();
  readonly #shutdown = new AbortController();
  #step: "handing over" | "flushing" | "flushed" | "shutting down" | "shut down" = "handing over";
  #endsAt = Infinity;
  #timers: NodeJS.Timeout[] = [];
  #resolve: () => void = () => {};

  constructor(lane: EndingLane) {
    this.#lane = lane;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Ends within `timeoutMs`, unless it was to end sooner anyway. */
  within(timeoutMs: number): void {
    const endsAt = performance.now() + timeoutMs;
    if (endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.#stopTimers();
    // Between the abort and the end an exporter can say what became of its events.
    const abortMs = timeoutMs - Math.min(MAX_GRACE_MS, timeoutMs / 8);
    this.#timers = [
      setTimeout(() => this.#stopFlush(), abortMs * FLUSH_SHARE),
      setTimeout(() => this.#shutdown.abort(new Error("the time for shutdown is over")), abortMs),
      setTimeout(() => this.#lane.finish("deadline"), timeoutMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Does what is due. */
  advance(): void {
    if (this.#step === "handing over" && this.#lane.isIdle()) {
      this.#step = "flushing";
      this.#lane.call("flush", this.#flush.signal, () => this.#flushed());
    }
    if (this.#step === "flushed") {
      this.#step = "shutting down";
      this.#lane.call("shutdown", this.#shutdown.signal, () => {
        this.#step = "shut down";
        this.#lane.wake();
      });
    }
    if (this.#step === "shut down") this.#lane.finish("unknown");
  }

  /** The lane has ended. */
  over(): void {
    this.#stopTimers();
    this.#resolve();
  }

  #flushed(): void {
    if (this.#step !== "flushing") return;
    this.#step = "flushed";
    this.#lane.wake();
  }

  #stopFlush(): void {
    this.#flush.abort(new Error("the time for flush is over"));
    this.#flushed();
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
