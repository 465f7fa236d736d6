import { expect, it } from "vitest";
import { EXPORTERS, eventsOf, runAgent, withStandIns } from "../src/index.ts";
import type { EndedAgent } from "../src/index.ts";
import { expectBooks, expectUnharmed } from "../test/support/account.ts";

const TOOL_CALLS = 50_000;
const EVENTS = eventsOf({ toolCalls: TOOL_CALLS });
// Above what the same run takes with healthy backends.
const BOUND_MIB = 50;

function run(isHung: boolean): Promise<EndedAgent> {
  return withStandIns(async ({ environment, setFault }) => {
    await setFault(isHung ? { kind: "hang" } : undefined);
    const more = { WARM: "yes", TELLS_MEMORY: "yes", CHARM_TELEMETRY_SHUTDOWN_MS: isHung ? "5000" : "60000" };
    return runAgent({ environment: { ...environment, ...more }, toolCalls: TOOL_CALLS });
  });
}

it("takes 100,000 events for backends that never answer within a bound of memory, and says what it drops", async () => {
  const healthy = await run(false);
  const hung = await run(true);
  for (const ended of [healthy, hung]) {
    expectUnharmed(ended);
    for (const exporter of EXPORTERS) expectBooks(ended.health[exporter], EVENTS);
  }
  for (const exporter of EXPORTERS) {
    const { queue_full: full = 0, deadline = 0, ...others } = hung.health[exporter]?.droppedBy ?? {};
    const { pending = 0, delivered } = hung.health[exporter] ?? {};
    expect({ exporter, delivered, others }).toEqual({ exporter, delivered: 0, others: {} });
    // What there was no room for, and what was in the queue at the end; the thread may have had no time to say so.
    expect(full).toBeGreaterThan(0);
    expect(deadline + pending).toBeGreaterThan(0);
  }
  expect(healthy.maxRssKiB).toBeGreaterThan(0);
  expect((hung.maxRssKiB - healthy.maxRssKiB) / 1024).toBeLessThan(BOUND_MIB);
}, 180_000);
