import { expect, it } from "vitest";
import { EXPORTERS, runAgent, withStandIns } from "../src/index.ts";
import type { EndedAgent } from "../src/index.ts";
import { expectBooks, expectUnharmed } from "./support/account.ts";

const TOOL_CALLS = 50_000;
const EVENTS = 2 * TOOL_CALLS + 9;
// Above what the same run takes with healthy backends.
const BOUND_MIB = 50;

function run(isHung: boolean): Promise<EndedAgent> {
  return withStandIns(async ({ environment, setFault }) => {
    await setFault(isHung ? { kind: "hang" } : undefined);
    const more = { WARM: "yes", TELLS_MEMORY: "yes", TOOL_CALLS: String(TOOL_CALLS) };
    const deadline = { CHARM_TELEMETRY_SHUTDOWN_MS: isHung ? "5000" : "60000" };
    return runAgent({ environment: { ...environment, ...more, ...deadline } });
  });
}

it("takes 100,000 events for backends that never answer within a bound of memory, and says what it drops", async () => {
  const healthy = await run(false);
  const hung = await run(true);
  for (const ended of [healthy, hung]) {
    expectUnharmed(ended);
    for (const exporter of EXPORTERS) expectBooks(ended.health[exporter], EVENTS);
  }
  expect(Object.keys(hung.health["datadog"]?.droppedBy ?? {}).toSorted()).toEqual(["deadline", "queue_full"]);
  expect(healthy.maxRssKiB).toBeGreaterThan(0);
  expect((hung.maxRssKiB - healthy.maxRssKiB) / 1024).toBeLessThan(BOUND_MIB);
}, 180_000);
