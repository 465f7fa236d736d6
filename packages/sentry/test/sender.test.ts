import { expect, it } from "vitest";
import { failTool, never, playTool } from "../../testkit/test/support/started-exporter.ts";
import { PUBLIC_KEY, start } from "./support/start.ts";

it("sends halves of what is too large for the intake, and drops what is too large alone", async () => {
  const started = await start();
  await started.intake.setFault({ kind: "status", status: 413, times: 2 });
  for (let index = 1; index <= 4; index++) playTool(started, String(index));
  await started.exporter.flush(never);
  // Four, then the first two: refused. Then one by one, and the second half.
  expect(started.intake.requests.map(({ status }) => status)).toEqual([413, 413, 200, 200, 200]);
  expect(started.account.outcomes).toEqual({ delivered: 8 });
  await started.intake.setFault({ kind: "status", status: 413 });
  playTool(started, "5");
  await started.exporter.flush(never);
  expect(started.account.outcomes).toEqual({ delivered: 8, too_large: 2 });
});

it("drops what Sentry limits, sends what it does not, and counts both", async () => {
  const started = await start();
  const headers = { "x-sentry-rate-limits": "60:span:organization:quota, 60:transaction:key" };
  await started.intake.setFault({ kind: "status", status: 429, headers, retryAfter: 60, times: 1 });
  playTool(started, "1");
  await started.exporter.flush(never);
  playTool(started, "2");
  await started.exporter.flush(never);
  expect(started.intake.requests).toHaveLength(1);
  failTool(started, "3", new Error("no rows"));
  await started.exporter.flush(never);
  expect(started.intake.received).toEqual({ spans: 0, events: 1, requests: 1 });
  // The error has arrived, but its span has not.
  expect(started.account).toMatchObject({ accepted: 6, settled: 6, outcomes: { rejected: 6 } });
  expect(started.account.warnings).toEqual([expect.stringMatching(/limits what it takes: 429 .*is dropped until/)]);
});

it("shows no key where the word of a limit has it", async () => {
  const started = await start();
  await started.intake.setFault({ kind: "status", status: 429, body: `too much for ${PUBLIC_KEY}` });
  playTool(started, "1");
  await started.exporter.flush(never);
  expect(started.account.warnings).toEqual([expect.stringMatching(/: 429 too much for \[SENTRY_DSN_REDACTED\]/)]);
});

it("says in health what is wrong while it tries again, and tells nobody yet", async () => {
  const started = await start();
  await started.intake.setFault({ kind: "status", status: 503, times: 1 });
  playTool(started, "1");
  await started.exporter.flush(never);
  expect(started.account.outcomes).toEqual({ delivered: 2 });
  expect(started.account.errors).toMatchObject([{ message: expect.stringMatching(/ fails: 503 /) }]);
  expect(started.account.warnings).toEqual([]);
});

it("sends nothing while Retry-After holds, and no retry", async () => {
  const started = await start();
  await started.intake.setFault({ kind: "status", status: 429, retryAfter: 60, times: 1 });
  playTool(started, "1");
  await started.exporter.flush(never);
  failTool(started, "2", new Error("no rows"));
  await started.exporter.flush(never);
  expect(started.intake.requests).toHaveLength(1);
  expect(started.account).toMatchObject({ outcomes: { rejected: 4 }, units: { requests: 1 } });
  expect(started.account.units.retries).toBeUndefined();
});

it("counts a failed span as dropped when its error was not taken", async () => {
  const started = await start();
  const headers = { "x-sentry-rate-limits": "60:error:key" };
  await started.intake.setFault({ kind: "status", status: 429, headers, times: 1 });
  failTool(started, "1", new Error("no rows"));
  await started.exporter.flush(never);
  expect(started.intake.received).toEqual({ spans: 1, events: 0, requests: 1 });
  expect(started.account.outcomes).toEqual({ rejected: 2 });
});

it("delivers over a connection that had gone meanwhile", async () => {
  const started = await start();
  playTool(started, "1");
  await started.exporter.flush(never);
  await started.intake.setFault({ kind: "refuse" });
  await started.intake.setFault();
  playTool(started, "2");
  await started.exporter.flush(never);
  expect(started.account.outcomes).toEqual({ delivered: 4 });
  expect(started.intake.acknowledged.spans).toBe(2);
});

it("refuses what Sentry refuses, with its words", async () => {
  const started = await start();
  await started.intake.setFault({ kind: "status", status: 400, times: 1 });
  playTool(started, "1");
  await started.exporter.flush(never);
  expect(started.account.outcomes).toEqual({ rejected: 2 });
  expect(started.account.warnings).toEqual([expect.stringContaining("refuses what was sent: 400 {")]);
});

it("says that the acknowledgement is unknown when a request was sent whole and the end comes before the answer", async () => {
  const started = await start();
  await started.intake.setFault({ kind: "lost-ack" });
  playTool(started, "1");
  const stop = new AbortController();
  const stopped = started.exporter.shutdown(stop.signal);
  await started.intake.waitForRequests(2);
  stop.abort();
  await stopped;
  expect(started.account).toMatchObject({ accepted: 2, settled: 2, outcomes: { unknown: 2 } });
});
