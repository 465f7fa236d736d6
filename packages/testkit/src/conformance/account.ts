import { DROP_REASONS, PENDING, UNITS } from "@charm/telemetry-core";
import type { Outcome, Unit } from "@charm/telemetry-core";

/** What a host keeps of an exporter: what it was handed, and what the exporter says became of it. */
export class ExporterAccount {
  /** Events handed over. */
  accepted = 0;
  /** Events that have left `pending`. */
  settled = 0;
  readonly outcomes: Partial<Record<Outcome, number>> = {};
  readonly units: Partial<Record<Unit, number>> = {};
  readonly warnings: string[] = [];
  readonly errors: unknown[] = [];
  /** Why it has switched itself off. */
  disabled: string | undefined;
  /** Events settled that were not pending. */
  surplus = 0;
  /** Calls that no host could make sense of. */
  readonly nonsense: string[] = [];

  get pending(): number {
    return this.accepted - this.settled;
  }

  get delivered(): number {
    return this.outcomes.delivered ?? 0;
  }

  get dropped(): number {
    return this.settled - this.delivered;
  }

  /** The exporter's way to this account. */
  get handle(): {
    settle(eventCount: number, outcome: Outcome): void;
    count(unit: Unit, amount: number): void;
    warn(message: string): void;
    disable(reason: string): void;
    fail(error: unknown): void;
  } {
    return {
      settle: (eventCount, outcome) => this.settle(eventCount, outcome),
      count: (unit, amount) => this.#count(unit, amount),
      warn: (message) => void this.warnings.push(message),
      disable: (reason) => this.#disable(reason),
      fail: (error) => void this.errors.push(error),
    };
  }

  /** A hook has returned, or its promise has settled, with `answer`. */
  answered(answer: unknown): void {
    if (answer !== PENDING) this.settle(1, "delivered");
  }

  settle(eventCount: number, outcome: Outcome): void {
    if (!Number.isSafeInteger(eventCount) || eventCount < 0) {
      this.nonsense.push(`settle(${String(eventCount)}, "${String(outcome)}"): the count is no number of events`);
      return;
    }
    if (outcome !== "delivered" && !DROP_REASONS.includes(outcome)) {
      this.nonsense.push(`settle(${eventCount}, "${String(outcome)}"): there is no such outcome`);
      return;
    }
    const taken = Math.min(eventCount, this.pending);
    this.surplus += eventCount - taken;
    this.settled += taken;
    if (taken > 0) this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + taken;
  }

  #count(unit: Unit, amount: number): void {
    if (!UNITS.includes(unit)) this.nonsense.push(`count("${String(unit)}", …): there is no such unit`);
    else if (!Number.isFinite(amount))
      this.nonsense.push(`count("${unit}", ${String(amount)}): the amount is no number`);
    else this.units[unit] = (this.units[unit] ?? 0) + amount;
  }

  /** Its host hands over nothing from now on, and counts what was pending as dropped. */
  #disable(reason: string): void {
    this.disabled ??= reason;
    if (this.pending > 0) this.settle(this.pending, "disabled");
  }
}
