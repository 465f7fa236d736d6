import { expect, it } from "vitest";
import { EXPORTERS, eventsOf, runAgent, withStandIns } from "../src/index.ts";
import type { EndedAgent } from "../src/index.ts";
import { expectBooks, expectUnharmed } from "../test/support/account.ts";

/** So many for backends that hang; the others get as many as they take, in the time that they need. */
const TOOL_CALLS = { hung: 50_000, healthy: 2000 };
/** What the agent's process may take: in all, Node itself included, and above what it takes where nothing waits. */
const BOUND_MIB = { inAll: 300, above: 80 };

function run(isHung: boolean): Promise<EndedAgent> {
  return withStandIns(async ({ environment, setFault }) => {
    await setFault(isHung ? { kind: "hang" } : undefined);
    const pace = { PAUSE_MS: isHung ? "1" : "50", CHARM_TELEMETRY_SHUTDOWN_MS: isHung ? "5000" : "60000" };
    return runAgent({
      environment: { ...environment, ...pace, WARM: "yes", TELLS_MEMORY: "yes" },
      toolCalls: TOOL_CALLS[isHung ? "hung" : "healthy"],
    });
  });
}

it("takes 100,000 events for backends that never answer within a bound of memory, and says what it drops", async () => {
  const healthy = await run(false);
  const hung = await run(true);
  for (const ended of [healthy, hung]) expectUnharmed(ended);
  for (const exporter of EXPORTERS) {
    const events = eventsOf({ toolCalls: TOOL_CALLS.healthy });
    expect(expectBooks(healthy.health[exporter], events).delivered).toBe(events);
  }
  for (const exporter of EXPORTERS) {
    const events = eventsOf({ toolCalls: TOOL_CALLS.hung });
    const { delivered, droppedBy, pending } = expectBooks(hung.health[exporter], events, true);
    const { queue_full: full = 0, deadline = 0, ...others } = droppedBy;
    expect({ exporter, delivered, others }).toEqual({ exporter, delivered: 0, others: {} });
    // What there was no room for, and what was in the queue at the end; the thread may have had no time to say so.
    expect(full).toBeGreaterThan(0);
    expect(deadline + pending).toBeGreaterThan(0);
  }
  const [least, most] = [healthy.maxRssKiB / 1024, hung.maxRssKiB / 1024];
  expect(least).toBeGreaterThan(0);
  expect(most).toBeLessThan(BOUND_MIB.inAll);
  expect(most - least).toBeLessThan(BOUND_MIB.above);
}, 180_000);
