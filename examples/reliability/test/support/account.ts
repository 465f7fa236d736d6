import type { ExporterHealth } from "@charm/telemetry-core";
import type { HttpIntake } from "@charm/telemetry-testkit/intakes";
import { expect } from "vitest";
import { ENDS, SECRETS } from "../../src/index.ts";
import type { End, EndedAgent, StandIns } from "../../src/index.ts";

/** What everybody outside of the process sees is what the agent alone would show, and telemetry's own lines. */
export function expectUnharmed({ ended, prints, stderr }: EndedAgent, end: End = "natural"): void {
  expect({ ended, prints }).toEqual({ ended: ENDS[end], prints: "first words\nlast words\n" });
  const others = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("[charm-telemetry] "));
  // Node says what an agent has died of.
  expect(others.filter((line) => line.startsWith("Error: "))).toEqual(ENDS[end] === 1 ? [AGENTS_BUG] : []);
  if (ENDS[end] !== 1) expect(others).toEqual([]);
}

const AGENTS_BUG = "Error: a bug of the agent";

/**
 * Every event was accepted, and has one fate. What is pending is counted nowhere, it is the rest: a fate too many would
 * make it negative.
 *
 * @param isHung the deadline has ended all. On a busy machine the thread has had no time to say so of the last, which
 *   are pending.
 */
export function expectBooks(health: ExporterHealth | undefined, events: number, isHung = false): ExporterHealth {
  if (health === undefined) throw new Error("the agent left no report");
  const { name, delivered, droppedBy, pending } = health;
  const dropped = Object.values(droppedBy).reduce((sum, count) => sum + count, 0);
  expect(health).toMatchObject({ name, accepted: events, dropped });
  expect(pending).toBeGreaterThanOrEqual(0);
  expect({ name, settled: delivered + dropped }).toEqual({ name, settled: isHung ? events - pending : events });
  return health;
}

/** In no request but for the key in its place, in no line and in no error. */
export function expectNoSecret({ stdout, stderr }: EndedAgent, intakes?: StandIns["intakes"]): void {
  const requests = Object.values<HttpIntake>(intakes ?? {}).flatMap((intake) => intake.requests);
  const sent = requests.flatMap(({ body, path, query, headers }) => [
    body.toString(),
    path,
    String(query),
    ...Object.entries(headers)
      .filter(([name]) => name !== "dd-api-key" && name !== "x-api-key")
      .map(([, value]) => String(value)),
  ]);
  expect([stdout, stderr, ...sent].filter((text) => text.includes("canary"))).toEqual([]);
  expect(stdout + stderr).not.toContain(SECRETS.sentry);
}

/** How often each request was tried: by its path and its body, or its length where the stand-in did not read it. */
export function triesOf(intake: HttpIntake): number[] {
  const tries = new Map<string, number>();
  for (const { path, headers, body } of intake.requests) {
    const request = [path, headers["content-length"], body.toString()].join("\n");
    tries.set(request, (tries.get(request) ?? 0) + 1);
  }
  return [...tries.values()];
}

/** In a word or two, what was seen. */
export function outcomeOf({ delivered, droppedBy, pending }: ExporterHealth): string {
  // On a busy machine the thread has had no time to say at the deadline that it is over.
  const reasons = new Set([...Object.keys(droppedBy), ...(pending > 0 ? ["deadline"] : [])]);
  if (reasons.size === 0) return "delivered";
  const named = [...reasons].toSorted().map((reason) => `\`${reason}\``);
  return `${delivered > 0 ? "in part, " : ""}${named.join(", ")}`;
}
