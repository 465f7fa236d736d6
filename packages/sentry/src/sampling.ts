import { createHash } from "node:crypto";

/** A number from 0 up to 1 that is the same for all spans of a run, whenever they are sent. */
export function sampleOf(traceId: string): number {
  return createHash("sha256").update(traceId).digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Whether a run's spans are among the share that is sent.
 *
 * @param rate from 0 to 1.
 */
export function isSampled(traceId: string, rate: number): boolean {
  return rate >= 1 || sampleOf(traceId) < rate;
}
