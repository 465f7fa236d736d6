import type { ExporterHealth } from "@charm/telemetry-core";
import { expect } from "vitest";
import { ENDS } from "../../src/index.ts";
import type { End, EndedAgent, StandIns } from "../../src/index.ts";

/** What everybody outside of the process sees is what the agent alone would show. */
export function expectUnharmed({ ended, prints }: EndedAgent, end: End = "natural"): void {
  expect({ ended, prints }).toEqual({ ended: ENDS[end], prints: "first words\nlast words\n" });
}

/** Accepted = delivered + dropped by reason + pending. */
export function expectBooks(health: ExporterHealth | undefined, events: number): ExporterHealth {
  if (health === undefined) throw new Error("the agent left no report");
  const dropped = Object.values(health.droppedBy).reduce((sum, count) => sum + count, 0);
  expect(health).toMatchObject({ accepted: events, dropped });
  expect(health.delivered + dropped + health.pending).toBe(events);
  return health;
}

/** A secret that the agent puts into inputs, outputs and errors. */
export const CANARY = { SECRET_KEY: "canary-secret-0123456789" };

/** In no request, line or error. */
export function expectNoSecret({ stdout, stderr }: EndedAgent, intakes: StandIns["intakes"]): void {
  const sent = Object.values(intakes).flatMap(({ requests }) => requests.map(({ body }) => body.toString()));
  expect([stdout, stderr, ...sent].filter((text) => text.includes("canary"))).toEqual([]);
}

/** In a word or two. */
export function outcomeOf(health: ExporterHealth | undefined): string {
  const reasons = Object.keys(health?.droppedBy ?? {}).toSorted();
  // On a busy machine the thread may have had no time to say at the deadline that it is over.
  if ((health?.pending ?? 0) > 0) return "`deadline`";
  if (reasons.length === 0) return "delivered";
  return `${(health?.delivered ?? 0) > 0 ? "in part, " : ""}${reasons.map((reason) => `\`${reason}\``).join(", ")}`;
}
