import { DROP_REASONS, UNITS } from "../exporter.ts";
import type { DropReason, Outcome, Unit } from "../exporter.ts";
import type { ExporterHealth } from "../health.ts";
import { Ledger } from "../ledger.ts";
import type { ExporterCounts } from "../ledger.ts";
import { healthOf } from "./account.ts";
import type { LastError } from "./account.ts";

interface Entry {
  readonly name: string;
  /** Where the thread that has the exporter now keeps its figures. */
  live: Ledger | undefined;
  /** Events before this one have been handed over to it by threads that are gone. */
  from: number;
  /** How many events had been accepted when it was switched off: all later ones are dropped. */
  offAt: number | undefined;
  lastError: LastError | undefined;
}

/**
 * The accounts of all exporters as the agent's thread keeps them: what threads have settled that are gone, what the
 * present thread shows in shared memory, and what never got as far as a thread.
 */
export class Accounts {
  /** Events that were taken for every exporter. */
  accepted = 0;
  /** Of these, the ones that found no room, and the ones that came after the end. */
  overflow = 0;
  late = 0;
  readonly #settled: Ledger;
  readonly #entries: readonly Entry[];
  #onCount: number;

  constructor(names: readonly string[]) {
    this.#settled = new Ledger(names.length);
    this.#onCount = names.length;
    this.#entries = names.map((name) => ({
      name,
      live: undefined,
      from: 0,
      offAt: undefined,
      lastError: undefined,
    }));
  }

  get areAllOff(): boolean {
    return this.#onCount === 0;
  }

  /** Of a detached exporter. */
  isDisabled(place: number): boolean {
    return this.#settled.state(place) === "disabled";
  }

  name(place: number): string {
    return this.#entries[place]?.name ?? "";
  }

  from(place: number): number {
    return this.#entries[place]?.from ?? 0;
  }

  attach(place: number, ledger: Ledger): void {
    this.#at(place).live = ledger;
  }

  setError(place: number, error: LastError): void {
    this.#at(place).lastError = error;
  }

  /**
   * The thread is gone.
   *
   * @param taken how many events had been handed over to the exporter up to then.
   * @param outcome what became of those of them that it had not settled.
   */
  detach(place: number, taken: number, outcome: DropReason): void {
    const entry = this.#at(place);
    const counts = entry.live?.read(place);
    if (counts === undefined) return;
    entry.live = undefined;
    this.#add(place, counts);
    this.#settled.settle(place, taken - entry.from - counts.delivered - counts.dropped, outcome);
    entry.from = taken;
  }

  /**
   * Of a detached exporter: no more events are handed over to it.
   *
   * @param events how many have been taken for threads up to now.
   */
  switchOff(place: number, events: number): void {
    const entry = this.#at(place);
    this.#drop(place, events, "disabled");
    this.#settled.settle(place, this.overflow, "queue_full");
    this.#settled.settle(place, this.late, "after_shutdown");
    this.#settled.setState(place, "disabled");
    entry.offAt = this.accepted;
    this.#onCount--;
  }

  /** All exporters are detached: they have ended with the host. */
  close(events: number): void {
    this.#entries.forEach(({ offAt }, place) => {
      if (offAt !== undefined) return;
      this.#drop(place, events, "deadline");
      if (this.#settled.state(place) !== "disabled") this.#settled.setState(place, "stopped");
    });
  }

  /** The first event that an exporter without a thread is waiting for; `events` if none is. */
  neededFrom(events: number): number {
    let needed = events;
    for (const { live, offAt, from } of this.#entries)
      if (live === undefined && offAt === undefined) needed = Math.min(needed, from);
    return needed;
  }

  health(): ExporterHealth[] {
    return this.#entries.map((entry, place) => {
      const counts = merge(this.#settled.read(place), entry.live?.read(place));
      const never =
        entry.offAt === undefined
          ? { queue_full: this.overflow, after_shutdown: this.late }
          : { disabled: this.accepted - entry.offAt };
      return healthOf(entry.name, this.accepted, withDropped(counts, never), entry.lastError);
    });
  }

  #at(place: number): Entry {
    return this.#entries[place] as Entry;
  }

  /** Events that were never handed over. */
  #drop(place: number, events: number, outcome: DropReason): void {
    const entry = this.#at(place);
    this.#settled.settle(place, events - entry.from, outcome);
    entry.from = events;
  }

  #add(place: number, counts: ExporterCounts): void {
    const settle = (eventCount: number, outcome: Outcome): void => this.#settled.settle(place, eventCount, outcome);
    settle(counts.delivered, "delivered");
    for (const reason of DROP_REASONS) settle(counts.droppedBy[reason] ?? 0, reason);
    for (const unit of UNITS) this.#settled.count(place, unit, counts.units[unit]);
    for (const ms of [counts.latencyMs.max, counts.latencyMs.last]) this.#settled.latency(place, ms);
    this.#settled.setState(place, counts.state);
  }
}

function merge(settled: ExporterCounts, live: ExporterCounts | undefined): ExporterCounts {
  if (live === undefined) return settled;
  const units = {} as Record<Unit, number>;
  for (const unit of UNITS) units[unit] = settled.units[unit] + live.units[unit];
  const sum = withDropped(settled, live.droppedBy);
  return {
    ...sum,
    state: live.state,
    delivered: settled.delivered + live.delivered,
    units,
    latencyMs: { last: live.latencyMs.last, max: Math.max(settled.latencyMs.max, live.latencyMs.max) },
  };
}

function withDropped(counts: ExporterCounts, more: Partial<Record<DropReason, number>>): ExporterCounts {
  const droppedBy = { ...counts.droppedBy };
  let dropped = counts.dropped;
  for (const [reason, eventCount] of Object.entries(more) as [DropReason, number][]) {
    if (eventCount === 0) continue;
    droppedBy[reason] = (droppedBy[reason] ?? 0) + eventCount;
    dropped += eventCount;
  }
  return { ...counts, dropped, droppedBy };
}
