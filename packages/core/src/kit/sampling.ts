import { createHash } from "node:crypto";

/** A number from 0 up to 1, the same for all that has this id, in any process and at any time. */
export function sampleOf(id: string): number {
  return createHash("sha256").update(id).digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Whether what has this id is among the share that is sent. What is kept at a lower rate is kept at a higher one.
 *
 * @param rate from 0 to 1.
 */
export function isSampled(id: string, rate: number): boolean {
  return rate >= 1 || sampleOf(id) < rate;
}
