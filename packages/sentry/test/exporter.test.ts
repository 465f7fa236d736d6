import { eventContext, runInfo } from "@charm/telemetry-testkit";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ROOT_SPAN_ID as ROOT, failTool, never, playTool } from "../../testkit/test/support/started-exporter.ts";
import { describeVendor } from "../../testkit/test/support/vendor-cases.ts";
import * as everything from "../src/index.ts";
import { PUBLIC_KEY, start } from "./support/start.ts";

function traceOf(run: number): string {
  return "a".repeat(24) + run.toString(16).padStart(8, "0");
}

describeVendor({
  exports: everything,
  withoutKey: { variables: ["SENTRY_DSN"], reason: "no DSN. Set SENTRY_DSN in the agent's environment." },
  start: (isKnown) => start(isKnown ? {} : { publicKey: "f".repeat(32) }),
  refusal: /^127\.0\.0\.1:\d+ refuses the key in SENTRY_DSN: 403 .*ProjectId.* Client Keys \(DSN\)\?/,
  key: PUBLIC_KEY,
});

describe("SentryExporter", () => {
  it("delivers a run with its thread and the agent's name and version, whatever is sent apart", async () => {
    const { exporter, account, accept, intake } = await start();
    const root = eventContext(ROOT, undefined, { run: runInfo({ threadId: "t-1", tags: ["plan:pro"] }) });
    const tool = eventContext("0000000000000001", ROOT);
    accept(exporter.onRunStart("r", { question: "?" }, root));
    accept(exporter.onToolStart("search", "{}", tool), exporter.onToolEnd("search", "x", tool));
    await exporter.flush(never);
    accept(exporter.onRunEnd("r", { answer: "!" }, root));
    await exporter.flush(never);
    expect(intake.requests).toHaveLength(2);
    expect(intake.unknownParents()).toEqual([]);
    for (const { span, acknowledged } of intake.spans) {
      expect(acknowledged).toBe(true);
      expect(span.attributes).toMatchObject({
        "sentry.segment.id": { value: ROOT },
        "sentry.segment.name": { value: "invoke_agent Research Agent" },
        "sentry.release": { value: "Research-Agent@2.0.0" },
        "sentry.environment": { value: "production" },
        "gen_ai.conversation.id": { value: "t-1" },
      });
    }
    expect(account).toMatchObject({ outcomes: { delivered: 4 }, units: { spans: 2, requests: 2 } });
    expect(account.units.bytes).toBe(intake.requests.reduce((sum, { wireBytes }) => sum + wireBytes, 0));
  });

  it("reports an error with its causes and a stack of the agent's frames, once for the tool and the run", async () => {
    const { exporter, account, accept, intake } = await start();
    const root = eventContext(ROOT, undefined, { run: runInfo({ threadId: "t-1" }) });
    const tool = eventContext("0000000000000001", ROOT);
    const error = new TypeError("no rows", { cause: new Error("connection lost", { cause: "a text" }) });
    const again = Object.assign(new TypeError("no rows"), { stack: error.stack ?? "" });
    accept(
      exporter.onRunStart("r", {}, root),
      exporter.onToolStart("search", "{}", tool),
      exporter.onToolError("search", error, tool),
      exporter.onError("r", again, root),
    );
    await exporter.flush(never);
    expect(intake.events).toHaveLength(1);
    const event = intake.events[0]?.event;
    expect(event?.contexts).toMatchObject({
      trace: { trace_id: root.traceId, span_id: tool.spanId, parent_span_id: ROOT },
      agent_run: { run_id: root.runId, session_id: "t-1" },
    });
    expect(event?.exception?.values.map(({ type, value, mechanism }) => [type, value, mechanism])).toEqual([
      ["Error", "connection lost", { type: "chained", handled: true, source: "cause", exception_id: 1, parent_id: 0 }],
      ["TypeError", "no rows", { type: "charm.telemetry", handled: true, exception_id: 0 }],
    ]);
    const frames = event?.exception?.values[1]?.stacktrace?.frames ?? [];
    expect(frames.at(-1)).toMatchObject({ filename: import.meta.filename, in_app: true });
    expect(frames.every((frame) => frame.context_line === undefined)).toBe(true);
    expect(intake.spans.map(({ span }) => [span.name, span.status])).toEqual([
      ["execute_tool search", "error"],
      ["invoke_agent Research Agent", "error"],
    ]);
    expect(account).toMatchObject({ outcomes: { delivered: 4 }, units: { spans: 2, requests: 2 } });
  });

  it("sends the source around each frame when asked", async () => {
    vi.stubEnv("CHARM_SENTRY_SOURCE_LINES", "true");
    const started = await start();
    const error = new Error("no rows"); // canary of the source
    failTool(started, "1", error);
    await started.exporter.flush(never);
    const frame = started.intake.events[0]?.event.exception?.values[0]?.stacktrace?.frames.at(-1);
    expect(frame?.context_line).toContain("canary of the source");
  });

  it("does not mix the steps of parallel runs", async () => {
    const { exporter, accept, intake } = await start();
    const contexts = ["a", "b"].map((letter) => {
      const runId = `run-${letter}`;
      const traceId = letter.repeat(32);
      return { runId, root: eventContext(ROOT, undefined, { runId, traceId }), letter };
    });
    for (const { runId, root } of contexts) accept(exporter.onRunStart(runId, {}, root));
    for (const { root, letter } of contexts) accept(exporter.onAgentAction(`tool-${letter}`, "{}", root));
    for (const { runId, root, letter } of contexts) accept(exporter.onError(runId, new Error(letter), root));
    await exporter.flush(never);
    const steps = intake.events.map(({ event }) => event.breadcrumbs?.map(({ message }) => message));
    expect(steps).toEqual([
      ["run start", "agent action: tool-a"],
      ["run start", "agent action: tool-b"],
    ]);
    expect(new Set(intake.events.map(({ event }) => event.event_id)).size).toBe(2);
  });

  it("leaves out the spans of whole runs when told to sample, and never an error", async () => {
    vi.stubEnv("SENTRY_TRACES_SAMPLE_RATE", "0");
    const started = await start();
    playTool(started, "1");
    failTool(started, "2", new Error("no rows"));
    await started.exporter.flush(never);
    expect(started.intake.received).toEqual({ spans: 0, events: 1, requests: 1 });
    expect(started.account.outcomes).toEqual({ sampled: 2, delivered: 2 });
    expect(started.intake.events[0]?.envelope["trace"]).toMatchObject({ sampled: "false", sample_rate: "0" });
  });

  it("keeps or leaves out all spans of a run, about as many runs as it was told to", async () => {
    vi.stubEnv("SENTRY_TRACES_SAMPLE_RATE", "0.5");
    const { exporter, accept, intake, account } = await start();
    for (let run = 0; run < 100; run++) {
      const traceId = traceOf(run);
      for (const spanId of ["00000000000000a1", "00000000000000a2"]) {
        const context = eventContext(spanId, ROOT, { runId: `run ${run}`, traceId });
        accept(exporter.onToolStart("search", "", context), exporter.onToolEnd("search", "", context));
      }
    }
    await exporter.flush(never);
    const traces = intake.spans.map(({ span }) => span.trace_id);
    const kept = new Set(traces);
    expect(traces).toHaveLength(kept.size * 2);
    expect(kept.size).toBeGreaterThan(30);
    expect(kept.size).toBeLessThan(70);
    expect(account.outcomes).toEqual({ delivered: kept.size * 4, sampled: (100 - kept.size) * 4 });
  });

  it("sends many runs at once without a warning of Node's", async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    const { exporter, accept, intake, account } = await start();
    await intake.setFault({ kind: "status", status: 500, times: 20 });
    for (let run = 0; run < 100; run++) {
      const context = eventContext(ROOT, undefined, { runId: `run ${run}`, traceId: traceOf(run) });
      accept(exporter.onRunStart("r", {}, context), exporter.onRunEnd("r", {}, context));
    }
    await exporter.flush(never);
    expect(account).toMatchObject({ outcomes: { delivered: 200 }, units: { spans: 100, requests: 120, retries: 20 } });
    expect(warnings).toEqual([]);
  });

  it("keeps each item within 1 MiB, and sends a larger span without its contents", async () => {
    const started = await start();
    for (let index = 1; index <= 6; index++) playTool(started, String(index), "x".repeat(400 * 1024));
    playTool(started, "7", "é".repeat(600 * 1024));
    await started.exporter.flush(never);
    expect(started.account).toMatchObject({ outcomes: { delivered: 14 }, units: { spans: 7, requests: 4 } });
    expect(started.intake.requests.every(({ headers }) => headers["content-encoding"] === "gzip")).toBe(true);
    const cut = started.intake.spans.filter(({ span }) =>
      String(span.attributes["gen_ai.tool.call.result"]?.value).startsWith("[removed"),
    );
    expect(cut.map(({ span }) => span.span_id)).toEqual(["0000000000000007"]);
  });
});
