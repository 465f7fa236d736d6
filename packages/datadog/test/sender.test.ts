import { eventContext, runInfo } from "@charm/telemetry-testkit";
import type { DatadogIntake } from "@charm/telemetry-testkit/intakes";
import { expect, it } from "vitest";
import { never } from "../../testkit/test/support/started-exporter.ts";
import { start } from "./support/start.ts";
import type { AtIntake } from "./support/start.ts";

/** A run with a tool call that fails. */
function playRun({ exporter, accept }: AtIntake): void {
  const root = eventContext("00000000000000aa", undefined, { run: runInfo() });
  const tool = eventContext("00000000000000bb", root.spanId);
  accept(
    exporter.onRunStart("run", {}, root),
    exporter.onToolStart("tide_table", "Atlantis", tool),
    exporter.onToolError("tide_table", new Error("no such harbour"), tool),
    exporter.onRunEnd("run", { output: "sorry" }, root),
  );
}

const metricsOf = (intake: DatadogIntake): string[] => intake.series.map(({ item }) => item.metric).toSorted();

it("sends metrics and a log of each error beside the spans, and all that with one flush", async () => {
  const started = await start({ DD_ENV: "test" });
  playRun(started);
  await started.exporter.flush(never);
  const { intake, account } = started;
  expect(intake.acknowledged).toMatchObject({ spans: 2, series: 5, logs: 1, requests: 3 });
  expect(metricsOf(intake)).toEqual([
    "charm.run.count",
    "charm.run.duration",
    "charm.tool.count",
    "charm.tool.duration",
    "charm.tool.error",
  ]);
  expect(intake.series[0]?.item.tags).toEqual(expect.arrayContaining(["env:test", expect.stringMatching(/^agent:./)]));
  const [log] = intake.logs;
  const failed = intake.spans.find(({ span }) => span.name === "tide_table")?.span;
  expect(log?.item).toMatchObject({ dd: { trace_id: failed?.trace_id, span_id: failed?.span_id } });
  expect(account).toMatchObject({ accepted: 4, outcomes: { delivered: 4 }, units: { spans: 2 }, warnings: [] });
});

it("counts every call of an agent that flushes after each, and is not ahead of the clock", async () => {
  const started = await start();
  const counts = (): { value: number; timestamp: number }[] =>
    started.intake.series.flatMap(({ item }) => (item.metric === "charm.tool.count" ? item.points : []));
  for (let call = 1; call <= 5; call++) {
    const context = eventContext(`000000000000000${call}`, "00000000000000aa");
    started.accept(
      started.exporter.onToolStart("search", "", context),
      started.exporter.onToolEnd("search", "", context),
    );
    await started.exporter.flush(never);
  }
  for (const { timestamp } of counts()) expect(timestamp * 1000).toBeLessThanOrEqual(Date.now());
  await started.exporter.shutdown(never);
  expect(counts().reduce((sum, { value }) => sum + value, 0)).toBe(5);
});

it("counts what shutdown finds open", async () => {
  const started = await start({ DD_ENV: "test" });
  started.accept(started.exporter.onToolStart("search", "", eventContext("00000000000000bb", "00000000000000aa")));
  await started.exporter.shutdown(never);
  expect(started.intake.series.map(({ item }) => item.tags?.at(-1))).toContain("status:aborted");
  expect(started.intake.logs.map(({ item }) => item["status"])).toEqual(["warn"]);
});

it.each([
  ["CHARM_DATADOG_METRICS", { spans: 2, logs: 1, requests: 2 }],
  ["CHARM_DATADOG_LOGS", { spans: 2, series: 5, requests: 2 }],
])("leaves out what %s=off switches off", async (variable, acknowledged) => {
  const started = await start({ [variable]: "off" });
  playRun(started);
  await started.exporter.shutdown(never);
  expect(started.intake.acknowledged).toEqual(acknowledged);
});

it("counts spans that are dropped: metrics do not depend on what is sent", async () => {
  const started = await start({ DD_ENV: "test" });
  const old = Date.now() - 25 * 60 * 60 * 1000;
  const context = eventContext("00000000000000bb", "00000000000000aa", { timeUnixMs: old });
  started.accept(
    started.exporter.onToolStart("search", "", context),
    started.exporter.onToolEnd("search", "", { ...context, timeUnixMs: old + 100 }),
  );
  await started.exporter.shutdown(never);
  expect(started.account.outcomes).toEqual({ rejected: 2 });
  expect(metricsOf(started.intake)).toEqual(["charm.tool.count", "charm.tool.duration"]);
});

it("delivers spans where metrics and logs are refused, and says what is lost", async () => {
  const started = await start({ DD_ENV: "test" });
  await started.intake.setFault({ kind: "status", status: 400, path: /\/api\/v2\// });
  playRun(started);
  await started.exporter.shutdown(never);
  expect(started.account.outcomes).toEqual({ delivered: 4 });
  expect(started.account.warnings).toEqual(
    expect.arrayContaining(["some metrics were lost (rejected).", "some logs of errors were lost (rejected)."]),
  );
});

it("gives up with the rest when shutdown runs out of time", async () => {
  const started = await start({ DD_ENV: "test" });
  await started.intake.setFault({ kind: "hang" });
  playRun(started);
  const arrived = started.intake.waitForRequests(3);
  const abort = new AbortController();
  const stopped = started.exporter.shutdown(abort.signal);
  await arrived;
  abort.abort();
  await stopped;
  expect(started.account.outcomes).toEqual({ deadline: 4 });
  expect(started.account.warnings).toEqual(
    expect.arrayContaining(["some metrics were lost (deadline).", "some logs of errors were lost (deadline)."]),
  );
});
