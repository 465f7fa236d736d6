import type { Outcome } from "../exporter.ts";
import type { LaneAccount } from "./account.ts";
import type { HostEvent } from "./event.ts";
import { EventQueue } from "./event-queue.ts";
import type { HostLimits } from "./limits.ts";

/** What waits for one exporter, within bounds, and the account of all that leaves: handed over, or dropped. */
export class Waiting {
  readonly #queue = new EventQueue();
  readonly #account: LaneAccount;
  readonly #limits: Pick<HostLimits, "queueEvents" | "queueBytes">;
  #left = 0;

  constructor(account: LaneAccount, limits: Pick<HostLimits, "queueEvents" | "queueBytes">) {
    this.#account = account;
    this.#limits = limits;
  }

  get count(): number {
    return this.#queue.length;
  }

  /** How many have left: the last one that did is this one, counted from 1. */
  get left(): number {
    return this.#left;
  }

  /** Where there is no room the oldest is dropped. */
  push(event: HostEvent): void {
    const { queueEvents, queueBytes } = this.#limits;
    this.#queue.push(event);
    while (this.#queue.length > queueEvents || this.#queue.bytes > queueBytes) this.drop("queue_full");
  }

  /** The oldest. */
  take(): HostEvent | undefined {
    this.#left++;
    this.#account.take(1);
    return this.#queue.shift();
  }

  /** The oldest. */
  drop(outcome: Outcome): void {
    this.take();
    this.#account.settle(1, outcome);
  }

  dropAll(outcome: Outcome): void {
    while (this.#queue.length > 0) this.drop(outcome);
  }
}
