import { HOOKS, TelemetryManager } from "@charm/telemetry-core";
import type { TelemetryEvent } from "@charm/telemetry-core";
import { expect, test } from "vitest";
import { RecordingExporter, RunBuilder, failedRun, sampleRun } from "../src/index.ts";

/** The same of the events of one run, whatever its ids and times. */
function shapeOf(events: readonly TelemetryEvent[]): unknown[] {
  const spans = [...new Set(events.map(({ context }) => context.spanId))];
  const place = (id: string | undefined): number | undefined => (id === undefined ? undefined : spans.indexOf(id));
  return events.map(({ hook, context }) => [
    hook,
    context.sequence,
    place(context.spanId),
    place(context.parentSpanId),
    context.toolCallId,
    context.run?.name,
  ]);
}

test("a built run has the contexts that a manager makes", async () => {
  const recorder = new RecordingExporter();
  const manager = new TelemetryManager({ exporters: [recorder], stdout: false });
  const run = manager.startRun({ question: "?" }, { name: "Tides" });
  const tool = run.startTool("tide_table", "Dover", { toolCallId: "call_1" });
  run.startTool("inner", "", { parent: tool }).fail(new Error("no"));
  tool.end("14:02");
  const llm = run.startLlm({ model: "model" });
  llm.token("14");
  llm.end({});
  run.end({});
  await manager.shutdown();

  const built = new RunBuilder({ run: { name: "Tides" } }).start({ question: "?" });
  const builtTool = built.tool("tide_table", "Dover", { toolCallId: "call_1" });
  built.tool("inner", "", { parent: builtTool }).fail(new Error("no"));
  builtTool.end("14:02");
  built.llm({ model: "model" }).token("14").end();
  built.end();
  expect(shapeOf(built.events)).toEqual(shapeOf(recorder.events));
});

test("ids are those of the contract", () => {
  for (const { context } of [...sampleRun(), ...new RunBuilder({ runId: "my run" }).start().end().events]) {
    expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
  }
  const [start] = sampleRun({ runId: "0192F0C1-7A10-7000-8000-00000000C0DE" });
  expect(start?.context.traceId).toBe("0192f0c17a107000800000000000c0de");
  expect(new RunBuilder({ runId: "my run" }).traceId).toBe(new RunBuilder({ runId: "my run" }).traceId);
  expect(new RunBuilder().runId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("the two runs that come with it call every hook", () => {
  expect(new Set([...sampleRun(), ...failedRun()].map(({ hook }) => hook))).toEqual(new Set(HOOKS));
});

test("a recorder keeps what it was given, hook by hook", () => {
  const recorder = new RecordingExporter();
  const [start, ...rest] = sampleRun();
  recorder.onRunStart(...(start?.arguments ?? []), start?.context);
  expect(recorder.events).toEqual([start]);
  expect(recorder.of("onRunStart")).toEqual([start]);
  expect(recorder.of("onToolStart")).toEqual([]);
  expect(rest.every(({ hook }) => hook in recorder)).toBe(true);
});
