import { DROP_REASONS, UNITS } from "./exporter.ts";
import type { DropReason, Outcome, Unit } from "./exporter.ts";

/** In the order of a life. `failed` starts are tried again; `open` is a circuit breaker that lets nothing through. */
export const EXPORTER_STATES = ["starting", "ready", "open", "failed", "disabled", "stopped"] as const;
export type ExporterState = (typeof EXPORTER_STATES)[number];

const STATE = 0;
const DELIVERED = 1;
const DROPPED = 2;
const UNIT = DROPPED + DROP_REASONS.length;
const LATENCY_LAST = UNIT + UNITS.length;
const LATENCY_MAX = LATENCY_LAST + 1;
const ROW = LATENCY_MAX + 1;

export interface ExporterCounts {
  readonly state: ExporterState;
  readonly delivered: number;
  readonly dropped: number;
  readonly droppedBy: Partial<Record<DropReason, number>>;
  readonly units: Record<Unit, number>;
  readonly latencyMs: { readonly last: number; readonly max: number };
}

/**
 * The counters of all exporters, in memory that two threads can share: the host writes, the agent's thread reads, so
 * that a host that blocks or dies still leaves true figures behind.
 *
 * `accepted` is counted where events are handed over, and `pending` is what is left of it: neither is kept here.
 */
export class Ledger {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Float64Array;

  constructor(exporterCount: number, buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(exporterCount * ROW * Float64Array.BYTES_PER_ELEMENT);
    this.#cells = new Float64Array(this.buffer);
  }

  setState(exporter: number, state: ExporterState): void {
    this.#cells[exporter * ROW + STATE] = EXPORTER_STATES.indexOf(state);
  }

  state(exporter: number): ExporterState {
    return EXPORTER_STATES[this.#cells[exporter * ROW + STATE] ?? 0] ?? "starting";
  }

  settle(exporter: number, eventCount: number, outcome: Outcome): void {
    this.#add(exporter, outcome === "delivered" ? DELIVERED : DROPPED + DROP_REASONS.indexOf(outcome), eventCount);
  }

  count(exporter: number, unit: Unit, amount: number): void {
    this.#add(exporter, UNIT + UNITS.indexOf(unit), amount);
  }

  /** Milliseconds that a hook has taken to settle. */
  latency(exporter: number, ms: number): void {
    const row = exporter * ROW;
    this.#cells[row + LATENCY_LAST] = ms;
    if (ms > (this.#cells[row + LATENCY_MAX] ?? 0)) this.#cells[row + LATENCY_MAX] = ms;
  }

  /** Events that have left `pending`. */
  settled(exporter: number): number {
    let sum = 0;
    for (let cell = exporter * ROW + DELIVERED; cell < exporter * ROW + UNIT; cell++) sum += this.#cells[cell] ?? 0;
    return sum;
  }

  read(exporter: number): ExporterCounts {
    const row = this.#cells.slice(exporter * ROW, (exporter + 1) * ROW);
    const droppedBy: Partial<Record<DropReason, number>> = {};
    let dropped = 0;
    DROP_REASONS.forEach((reason, index) => {
      const amount = row[DROPPED + index] ?? 0;
      if (amount > 0) droppedBy[reason] = amount;
      dropped += amount;
    });
    return {
      state: EXPORTER_STATES[row[STATE] ?? 0] ?? "starting",
      delivered: row[DELIVERED] ?? 0,
      dropped,
      droppedBy,
      units: Object.fromEntries(UNITS.map((unit, index) => [unit, row[UNIT + index] ?? 0])) as Record<Unit, number>,
      latencyMs: { last: row[LATENCY_LAST] ?? 0, max: row[LATENCY_MAX] ?? 0 },
    };
  }

  #add(exporter: number, cell: number, amount: number): void {
    const index = exporter * ROW + cell;
    this.#cells[index] = (this.#cells[index] ?? 0) + amount;
  }
}
