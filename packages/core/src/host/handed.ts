import { PENDING } from "../exporter.ts";
import type { Outcome, Pending } from "../exporter.ts";

/** One event in a hook. */
export interface Call {
  readonly startedAt: number;
  isOver: boolean;
  /** Settled by the exporter before its hook returned `pending`, as when the event filled up a batch. */
  settledAs: Outcome | undefined;
}

/** What becomes of the events that an exporter has been handed: each one is settled once, by its hook or by `settle`. */
export class Handed {
  readonly #settled: (eventCount: number, outcome: Outcome) => void;
  #current: Call | undefined;
  /** Hooks returned `pending`. */
  #deferred = 0;
  /** Given up here, but the exporter does not know and may still settle them. */
  #givenUp = 0;

  constructor(settled: (eventCount: number, outcome: Outcome) => void) {
    this.#settled = settled;
  }

  /** Events that are not settled. */
  get pending(): number {
    return this.#deferred + (this.#current === undefined ? 0 : 1);
  }

  get isInHook(): boolean {
    return this.#current !== undefined;
  }

  begin(startedAt: number): Call {
    this.#current = { startedAt, isOver: false, settledAs: undefined };
    return this.#current;
  }

  /** @returns how many events the exporter has settled too many. */
  end(call: Call, outcome: Outcome | Pending): number {
    if (call.isOver) return 0;
    call.isOver = true;
    this.#current = undefined;
    if (outcome !== PENDING) {
      this.#settled(1, outcome);
      return call.settledAs === undefined ? 0 : 1;
    }
    if (call.settledAs === undefined) this.#deferred++;
    else this.#settled(1, call.settledAs);
    return 0;
  }

  /** A hook that was given up has returned `pending` after all. */
  endedLate(call: Call): void {
    if (call.settledAs === undefined) this.#givenUp++;
  }

  /** @returns how many of the events were not pending. */
  settle(eventCount: number, outcome: Outcome): number {
    const deferred = Math.min(eventCount, this.#deferred);
    if (deferred > 0) {
      this.#deferred -= deferred;
      this.#settled(deferred, outcome);
    }
    let left = eventCount - deferred;
    const givenUp = Math.min(left, this.#givenUp);
    this.#givenUp -= givenUp;
    left -= givenUp;
    if (left > 0 && this.#current !== undefined && this.#current.settledAs === undefined) {
      this.#current.settledAs = outcome;
      left--;
    }
    return left;
  }

  /** Settles all that is pending. */
  giveUp(outcome: Outcome): void {
    if (this.#current !== undefined) this.end(this.#current, outcome);
    if (this.#deferred === 0) return;
    this.#settled(this.#deferred, outcome);
    this.#givenUp += this.#deferred;
    this.#deferred = 0;
  }
}
