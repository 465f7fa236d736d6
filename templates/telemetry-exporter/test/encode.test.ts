import type { ToolSpan } from "@charm/telemetry-core/kit";
import { describe, expect, it } from "vitest";
import { encodeSpan, envelopeOf } from "../src/encode.ts";

const PLACE = {
  spanId: "00000000000000b2",
  parentSpanId: "00000000000000a1",
  startTimeUnixMs: 1_767_225_600_000,
  parent: undefined,
};

const SPAN: ToolSpan = {
  ...PLACE,
  place: PLACE,
  kind: "tool",
  name: "tide_table",
  runId: "0192f0c1-7a10-7000-8000-00000000c0de",
  traceId: "0192f0c17a107000800000000000c0de",
  endTimeUnixMs: 1_767_225_600_250,
  status: "error",
  error: new Error("no such harbour"),
  isPartial: false,
  run: { threadId: "thread-7", tags: [], metadata: {} },
  actions: [],
  streamedText: undefined,
  eventCount: 2,
  input: '{"harbour":"Atlantis"}',
  output: undefined,
  toolCallId: "call_1",
};

describe("encodeSpan", () => {
  it("writes what the backend needs, and nothing that is undefined", () => {
    expect(JSON.parse(encodeSpan(SPAN, 10_000))).toEqual({
      trace_id: "0192f0c17a107000800000000000c0de",
      span_id: "00000000000000b2",
      parent_id: "00000000000000a1",
      run_id: "0192f0c1-7a10-7000-8000-00000000c0de",
      session_id: "thread-7",
      kind: "tool",
      name: "tide_table",
      start_unix_ms: 1_767_225_600_000,
      duration_ms: 250,
      status: "error",
      error: { type: "Error", message: "no such harbour", stack: expect.stringContaining("no such harbour") },
      input: '{"harbour":"Atlantis"}',
      tool_call_id: "call_1",
    });
  });

  it("leaves the contents of a span out that is too large", () => {
    const encoded = encodeSpan({ ...SPAN, output: "x".repeat(5000) }, 1000);
    expect(Buffer.byteLength(encoded)).toBeLessThanOrEqual(1000);
    expect(JSON.parse(encoded)).toMatchObject({ name: "tide_table", status: "error", truncated: true });
  });
});

describe("envelopeOf", () => {
  it("makes JSON of spans", () => {
    const { open, separator, close } = envelopeOf('Tide "Agent"');
    expect(JSON.parse(open + ["1", "2"].join(separator) + close)).toEqual({ service: 'Tide "Agent"', spans: [1, 2] });
  });
});
