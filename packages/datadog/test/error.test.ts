import type { ToolSpan } from "@charm/telemetry-core/kit";
import { expect, it } from "vitest";
import { encodeErrorLog } from "../src/error.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const SURROUNDINGS = { service: "search", host: "pod-7", mlApp: "tide_agent", tags: ["env:test", "version:7"] };

const failure = new TypeError("no such harbour", { cause: new Error("timeout") });
const failed: ToolSpan = {
  kind: "tool",
  name: "tide_table",
  runId: "run-1",
  traceId: "0192f0c17a1070008000000000000001",
  spanId: "00000000000000ff",
  parentSpanId: "00000000000000aa",
  place: {
    spanId: "00000000000000ff",
    parentSpanId: "00000000000000aa",
    startTimeUnixMs: NOW - 100,
    parent: undefined,
  },
  startTimeUnixMs: NOW - 100,
  endTimeUnixMs: NOW - 0.4,
  status: "error",
  error: failure,
  isPartial: false,
  run: { tags: [], metadata: {}, threadId: "thread-1" },
  actions: [],
  streamedText: undefined,
  eventCount: 2,
  input: "Atlantis",
  output: undefined,
  toolCallId: undefined,
};

function logOf(span: ToolSpan): Record<string, unknown> {
  return JSON.parse(encodeErrorLog(span, SURROUNDINGS, NOW) ?? "null") as Record<string, unknown>;
}

it("has what failed, why, and the way to its trace", () => {
  expect(logOf(failed)).toEqual({
    message: "tool tide_table failed: no such harbour",
    status: "error",
    timestamp: NOW,
    ddsource: "nodejs",
    service: "search",
    hostname: "pod-7",
    ddtags: "env:test,version:7",
    error: {
      kind: "TypeError",
      message: "no such harbour",
      stack: expect.stringMatching(/^TypeError: no such harbour\n[\s\S]*\nCaused by: Error: timeout/),
    },
    dd: { trace_id: "0192f0c17a1070008000000000000001", span_id: "255" },
    ml_app: "tide_agent",
    charm: { run_id: "run-1", kind: "tool", name: "tide_table", session_id: "thread-1" },
  });
});

it("warns of what the end of the process cut short", () => {
  expect(logOf({ ...failed, status: "aborted" })).toMatchObject({
    message: "tool tide_table was cut short: no such harbour",
    status: "warn",
    error: { kind: "Aborted" },
  });
});

it("holds neither inputs nor outputs", () => {
  expect(JSON.stringify(logOf(failed))).not.toContain("Atlantis");
});

it("is not there for what went well, or is older than Datadog takes", () => {
  expect(encodeErrorLog({ ...failed, status: "ok", error: undefined }, SURROUNDINGS, NOW)).toBeUndefined();
  expect(encodeErrorLog({ ...failed, endTimeUnixMs: NOW - 18 * 3600 * 1000 }, SURROUNDINGS, NOW)).toBeUndefined();
});

it("stays within the size that Datadog keeps whole, and cuts no character in two", () => {
  const huge = Object.assign(new Error("😀".repeat(1_000_000)), { stack: "😀".repeat(1_000_000) });
  const text = encodeErrorLog({ ...failed, error: huge }, SURROUNDINGS, NOW) ?? "";
  expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
  expect(Buffer.from(text).toString()).toBe(text);
});
