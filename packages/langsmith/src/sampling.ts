import { createHash } from "node:crypto";

/**
 * Whether a trace is among the share that is sent: the same answer for all runs of a trace, in any process.
 *
 * @param rate from 0 to 1.
 */
export function isSampled(traceId: string, rate: number): boolean {
  if (rate >= 1) return true;
  return createHash("sha256").update(traceId).digest().readUInt32BE() < rate * 2 ** 32;
}
