import { beforeEach, expect, it, vi } from "vitest";
import { never, playTool } from "../../testkit/test/support/started-exporter.ts";
import { start, unsetVariables } from "./support/start.ts";

beforeEach(unsetVariables);

it("halves what is too large for one request, and drops alone what is too large by itself", async () => {
  const started = await start();
  for (let index = 1; index <= 4; index++) playTool(started, String(index), "x".repeat(6 * 1024 * 1024));
  playTool(started, "5", "é".repeat(11 * 1024 * 1024));
  await started.exporter.flush(never);
  expect(started.account.outcomes).toEqual({ delivered: 8, too_large: 2 });
  expect(started.intake.received.runs).toBe(4);
});

it.each([
  [401, "rejected"],
  [403, "rejected"],
  [404, "rejected"],
  [409, "rejected"],
  [413, "too_large"],
  [422, "rejected"],
])("counts what is answered with %i as %s, though the vendor's client says nothing", async (status, reason) => {
  const started = await start();
  await started.intake.setFault({ kind: "status", status });
  playTool(started, "1");
  await started.exporter.flush(never);
  expect(started.account).toMatchObject({ outcomes: { [reason]: 2 }, units: { requests: 1 } });
  expect(started.account.outcomes).not.toHaveProperty("delivered");
  expect(started.account.warnings).toHaveLength(1);
});

it("waits as long as Retry-After says, and not as the vendor's client would", async () => {
  const started = await start();
  await started.intake.setFault({ kind: "status", status: 503, retryAfter: 2, times: 1 });
  const before = performance.now();
  playTool(started, "1");
  await started.exporter.flush(never);
  expect(performance.now() - before).toBeGreaterThan(1990);
  expect(started.account.outcomes).toEqual({ delivered: 2 });
});

it("leaves the process's fetch and console alone", async () => {
  const fetchBefore = globalThis.fetch;
  const warn = vi.spyOn(console, "warn");
  const error = vi.spyOn(console, "error");
  const started = await start();
  await started.intake.setFault({ kind: "status", status: 422 });
  playTool(started, "1");
  await started.exporter.flush(never);
  expect(globalThis.fetch).toBe(fetchBefore);
  expect(Object.getOwnPropertySymbols(globalThis).map(String)).not.toContain("Symbol(ls:fetch_implementation)");
  expect([warn.mock.calls, error.mock.calls]).toEqual([[], []]);
});
