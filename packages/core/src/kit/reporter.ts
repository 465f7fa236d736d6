import type { Unit } from "../exporter.ts";

/** The exporter's counters and voice, for the parts that it is made of. */
export interface Reporter {
  count(unit: Unit, amount: number): void;
  /** One line for people, each text once. */
  warn(message: string): void;
  /** Becomes the last error in `health()`. */
  fail(error: unknown): void;
}
