import type { EventContext, HookName } from "../events.ts";
import { BatchWriter, MAX_BATCH_EVENTS } from "./batch.ts";
import type { Batch } from "./batch.ts";
import type { HostLimits } from "./limits.ts";

/** How far threads have come in reading what was posted. */
export interface Progress {
  readonly events: number;
  readonly bytes: number;
}

/**
 * Events between the agent and the host threads: gathers them in batches, and keeps each batch until all of its events
 * have been handed over to exporters, so that it can be given to the thread that takes the place of a lost one.
 */
export class Outbox {
  readonly #limits: HostLimits;
  readonly #post: (batch: Batch) => void;
  readonly #progress: () => Progress;
  readonly #writer = new BatchWriter();
  readonly #timer: NodeJS.Timeout;
  #kept: Batch[] = [];
  #postedEvents = 0;
  #postedBytes = 0;
  #releasedBytes = 0;
  #isTimed = false;
  #isFull = false;

  /**
   * @param post gives a batch to every thread.
   * @param progress of the slowest thread.
   */
  constructor(limits: HostLimits, post: (batch: Batch) => void, progress: () => Progress) {
    this.#limits = { ...limits, batchEvents: Math.min(limits.batchEvents, MAX_BATCH_EVENTS) };
    this.#post = post;
    this.#progress = progress;
    this.#timer = setTimeout(() => {
      this.#isTimed = false;
      this.post();
    }, limits.batchMs).unref();
    this.#isTimed = true;
  }

  /** Events that were taken in. */
  get events(): number {
    return this.#postedEvents + this.#writer.eventCount;
  }

  /** @returns false if there is no room. */
  add(hook: HookName, first: unknown, second: unknown, context: EventContext): boolean {
    if (this.#isFull && !this.#hasRoom()) return false;
    const { batchEvents, batchBytes } = this.#limits;
    this.#writer.add(hook, first, second, context);
    if (this.#writer.eventCount >= batchEvents || this.#writer.bytes >= batchBytes) this.post();
    else if (!this.#isTimed) {
      this.#isTimed = true;
      this.#timer.refresh();
    }
    return true;
  }

  /** Posts what has been gathered. */
  post(): void {
    if (this.#writer.eventCount === 0) return;
    const batch = this.#writer.take(this.#postedEvents);
    this.#postedEvents += batch.eventCount;
    this.#postedBytes = batch.totalBytes;
    this.#kept.push(batch);
    this.#post(batch);
    this.#isFull = !this.#hasRoom();
  }

  /** The batches that hold events from `event` on. */
  from(event: number): readonly Batch[] {
    return this.#kept.filter((batch) => batch.first + batch.eventCount > event);
  }

  /** Where the batches that hold events from `event` on begin. */
  progressAt(event: number): Progress {
    if (event >= this.#postedEvents) return { events: this.#postedEvents, bytes: this.#postedBytes };
    const at = this.#kept.findIndex((batch) => batch.first + batch.eventCount > event);
    return { events: this.#kept[at]?.first ?? event, bytes: this.#kept[at - 1]?.totalBytes ?? this.#releasedBytes };
  }

  /** No thread will be in need of the events before `event`. */
  release(event: number): void {
    let count = 0;
    for (const batch of this.#kept) {
      if (batch.first + batch.eventCount > event) break;
      this.#releasedBytes = batch.totalBytes;
      count++;
    }
    if (count > 0) this.#kept = this.#kept.slice(count);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#kept = [];
  }

  #hasRoom(): boolean {
    const { events, bytes } = this.#progress();
    this.#isFull =
      this.#postedEvents - events >= this.#limits.backlogEvents ||
      this.#postedBytes - bytes >= this.#limits.backlogBytes;
    return !this.#isFull;
  }
}
