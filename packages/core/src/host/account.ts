import type { Outcome, Unit } from "../exporter.ts";
import type { ExporterHealth } from "../health.ts";
import type { ExporterCounts, ExporterState, Ledger } from "../ledger.ts";
import { cutText } from "../cut-text.ts";
import { errorText } from "../snapshot.ts";

const MAX_ERROR_CHARACTERS = 2000;

export type LastError = NonNullable<ExporterHealth["lastError"]>;

/** Where a lane keeps its figures, and what it has to say. */
export interface LaneAccount {
  state(state: ExporterState): void;
  /** Events have left the queue, in order: handed over or dropped. */
  take(eventCount: number): void;
  settle(eventCount: number, outcome: Outcome): void;
  count(unit: Unit, amount: number): void;
  latency(ms: number): void;
  error(error: unknown): void;
  warn(message: string): void;
}

/** One exporter's account in a ledger. */
export class LedgerAccount implements LaneAccount {
  lastError: LastError | undefined;
  readonly #ledger: Ledger;
  readonly #exporter: number;
  readonly #mask: (text: string) => string;
  readonly #tell: (message: string) => void;

  /** @param tell shows a line to people. */
  constructor(ledger: Ledger, exporter: number, mask: (text: string) => string, tell: (message: string) => void) {
    this.#ledger = ledger;
    this.#exporter = exporter;
    this.#mask = mask;
    this.#tell = tell;
  }

  state(state: ExporterState): void {
    this.#ledger.setState(this.#exporter, state);
  }

  take(_eventCount: number): void {}

  settle(eventCount: number, outcome: Outcome): void {
    this.#ledger.settle(this.#exporter, eventCount, outcome);
  }

  count(unit: Unit, amount: number): void {
    this.#ledger.count(this.#exporter, unit, amount);
  }

  latency(ms: number): void {
    this.#ledger.latency(this.#exporter, ms);
  }

  error(error: unknown): void {
    const message = cutText(this.#mask(errorText(error)), MAX_ERROR_CHARACTERS);
    this.lastError = { message, timeUnixMs: Date.now() };
  }

  warn(message: string): void {
    this.#tell(this.#mask(message));
  }
}

/** An account as people see it. */
export function healthOf(
  name: string,
  accepted: number,
  counts: ExporterCounts,
  lastError: LastError | undefined,
): ExporterHealth {
  const pending = accepted - counts.delivered - counts.dropped;
  return { name, accepted, pending, ...counts, ...(lastError === undefined ? {} : { lastError }) };
}
