import { TelemetryError } from "../errors.ts";
import { DROP_REASONS } from "../exporter.ts";
import type { Outcome } from "../exporter.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";

export interface BatchQueueLimits {
  /** Items that may wait. Beyond it the oldest is dropped as `queue_full`. */
  readonly maxQueueItems: number;
  /** Roughly the bytes that may wait; likewise. */
  readonly maxQueueBytes: number;
  /** Items of one send. */
  readonly batchSize: number;
  /** Roughly the bytes of one send; a single item may be larger. */
  readonly maxBatchBytes: number;
  /** How long an item may wait for its batch to fill up. */
  readonly flushIntervalMs: number;
  /** Sends at the same time. */
  readonly concurrency: number;
  /** A send that has not settled by then is given up as `deadline`, and its answer ignored. */
  readonly sendTimeoutMs: number;
}

export const QUEUE_LIMITS: BatchQueueLimits = {
  maxQueueItems: 10_000,
  maxQueueBytes: 16 * 1024 * 1024,
  batchSize: 500,
  maxBatchBytes: 2 * 1024 * 1024,
  flushIntervalMs: 1000,
  concurrency: 4,
  sendTimeoutMs: 90_000,
};

const STOP_GRACE_MS = 20;

export interface BatchQueueOutput<Item> {
  /**
   * Sends one batch, oldest first.
   *
   * @param signal aborts when the queue's shutdown has run out of time.
   * @returns one outcome for all, or one for each, in order. Throwing means `failed`.
   */
  send(batch: readonly Item[], signal: AbortSignal): Promise<Outcome | readonly Outcome[]>;
  /** What became of an item: called exactly once for each. */
  settle(item: Item, outcome: Outcome): void;
  /** `send` threw. */
  fail(error: unknown): void;
}

interface Flight<Item> {
  readonly items: readonly Item[];
  /** Position of its first item among all that were ever added. */
  readonly first: number;
  settle(outcome: Outcome | readonly Outcome[]): void;
}

interface Waiter {
  /** Waits for everything that was added before this position. */
  readonly mark: number;
  readonly resolve: () => void;
}

/**
 * Collects items and sends them in batches: when a batch is full, or when its oldest item has waited long enough.
 * Bounded by count and bytes; drops the oldest, and says so.
 */
export class BatchQueue<Item> {
  readonly #limits: BatchQueueLimits;
  readonly #output: BatchQueueOutput<Item>;
  readonly #clock: Clock;
  readonly #queue = new BoundedQueue<Item>();
  readonly #flights = new Set<Flight<Item>>();
  readonly #waiters = new Set<Waiter>();
  readonly #abort = new AbortController();
  #added = 0;
  /** Items before this position are sent without waiting for a full batch. */
  #due = 0;
  #cancelTimer: (() => void) | undefined;
  #shutdown: Promise<void> | undefined;

  constructor(limits: BatchQueueLimits, output: BatchQueueOutput<Item>, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#output = output;
    this.#clock = clock;
  }

  /** Everything that has been added and not settled, oldest first. */
  get items(): Item[] {
    const flying = [...this.#flights].flatMap((flight) => flight.items);
    return [...flying, ...this.#queue.items];
  }

  add(item: Item, bytes: number): void {
    if (this.#shutdown !== undefined) return this.#output.settle(item, "after_shutdown");
    this.#queue.push(item, bytes);
    this.#added++;
    if (this.#isFull) this.#pump();
    this.#dropOldest();
    this.#armTimer();
  }

  /** Sends what waits; resolves when all that was added before has been settled, or when `signal` aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    this.#due = this.#added;
    this.#pump();
    await this.#settledUpTo(this.#added, signal);
  }

  /** Flushes; when `signal` aborts, stops the sends and settles the rest as `deadline`. Later calls share the first. */
  shutdown(signal: AbortSignal): Promise<void> {
    this.#shutdown ??= this.#flushAndStop(signal);
    return this.#shutdown;
  }

  async #flushAndStop(signal: AbortSignal): Promise<void> {
    await this.flush(signal);
    this.#cancelTimer?.();
    for (const item of this.#queue.takeAll()) this.#output.settle(item, "deadline");
    this.#abort.abort(signal.reason);
    // A send that heeds the signal knows at once what was acknowledged before; one that does not is not waited for.
    const grace = new AbortController();
    const cancel = this.#clock.after(STOP_GRACE_MS, () => grace.abort());
    await this.#settledUpTo(this.#added, grace.signal);
    cancel();
    for (const flight of this.#flights) flight.settle("deadline");
  }

  /** There is enough for a batch. */
  get #isFull(): boolean {
    return this.#queue.length >= this.#limits.batchSize || this.#queue.bytes >= this.#limits.maxBatchBytes;
  }

  #pump(): void {
    while (this.#flights.size < this.#limits.concurrency) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      this.#fly(batch);
    }
  }

  /** The next batch, if one is full or due. */
  #nextBatch(): Item[] {
    if (!this.#isFull && this.#firstQueued >= this.#due) return [];
    return this.#queue.takeBatch(this.#limits.batchSize, this.#limits.maxBatchBytes);
  }

  #fly(items: readonly Item[]): void {
    let isSettled = false;
    const flight: Flight<Item> = {
      items,
      first: this.#firstQueued - items.length,
      settle: (outcomes) => {
        if (isSettled) return;
        isSettled = true;
        cancelTimeout();
        this.#flights.delete(flight);
        items.forEach((item, index) =>
          this.#output.settle(item, knownOutcome(typeof outcomes === "string" ? outcomes : outcomes[index])),
        );
      },
    };
    this.#flights.add(flight);
    const land = (outcomes: Outcome | readonly Outcome[]): void => {
      flight.settle(outcomes);
      this.#pump();
      this.#armTimer();
      this.#resolveWaiters();
    };
    const cancelTimeout = this.#clock.after(this.#limits.sendTimeoutMs, () => land("deadline"));
    this.#send(items).then(land, (error: unknown) => {
      if (!isSettled) this.#output.fail(error);
      land("failed");
    });
  }

  async #send(items: readonly Item[]): Promise<Outcome | readonly Outcome[]> {
    const outcomes: unknown = await this.#output.send(items, this.#abort.signal);
    if (typeof outcomes === "string" || Array.isArray(outcomes)) return outcomes as Outcome | readonly Outcome[];
    throw new TelemetryError("CONTRACT", 'send() must return an outcome, such as "delivered", or one for each item.');
  }

  #dropOldest(): void {
    const dropped = this.#queue.takeExcess(this.#limits.maxQueueItems, this.#limits.maxQueueBytes);
    for (const item of dropped) this.#output.settle(item, "queue_full");
    if (dropped.length > 0) this.#resolveWaiters();
  }

  /** Position of the oldest item that waits. */
  get #firstQueued(): number {
    return this.#added - this.#queue.length;
  }

  #armTimer(): void {
    if (this.#cancelTimer !== undefined || this.#queue.length === 0) return;
    this.#cancelTimer = this.#clock.after(this.#limits.flushIntervalMs, () => {
      this.#cancelTimer = undefined;
      this.#due = this.#added;
      this.#pump();
    });
  }

  #settledUpTo(mark: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const waiter: Waiter = { mark, resolve: finish };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", finish, { once: true });
      if (signal.aborted) finish();
      this.#resolveWaiters();
    });
  }

  #resolveWaiters(): void {
    if (this.#waiters.size === 0) return;
    let oldest = this.#firstQueued;
    for (const flight of this.#flights) oldest = Math.min(oldest, flight.first);
    for (const waiter of this.#waiters) if (waiter.mark <= oldest) waiter.resolve();
  }
}

/** Exporters in JavaScript may say anything. */
function knownOutcome(outcome: Outcome | undefined): Outcome {
  return outcome === "delivered" || DROP_REASONS.some((reason) => reason === outcome) ? (outcome as Outcome) : "failed";
}
