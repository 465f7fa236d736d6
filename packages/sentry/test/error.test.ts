import { TelemetryError } from "@charm/telemetry-core";
import type { ToolSpan } from "@charm/telemetry-core/kit";
import type { ErrorEvent } from "@sentry/core";
import { describe, expect, it } from "vitest";
import { toolSpan } from "../../testkit/test/support/finished-spans.ts";
import { encodeErrorEvent, errorOf } from "../src/error.ts";
import { loadSdk } from "../src/sdk.ts";

const parts = await loadSdk();

const surroundings = {
  environment: "test",
  release: undefined,
  serverName: "pod-7",
  tracesSampleRate: 1,
  agentName: "demo-agent",
  nodeVersion: process.version,
  sdk: parts.identity,
};

function eventOf(error: Error, span: Partial<ToolSpan> = {}): ErrorEvent {
  return encodeErrorEvent({ ...toolSpan, ...span, status: "error", error }, error, [], surroundings, parts);
}

describe("an error on its span", () => {
  it("says of a failed span why", () => {
    expect(errorOf({ ...toolSpan, status: "error", error: new TypeError("no rows") })).toMatchObject({
      "error.type": "TypeError",
      "error.message": "no rows",
    });
  });

  it("says of a span that was cut short that it was", () => {
    const error = new TelemetryError("ABORTED", "the process ended");
    expect(errorOf({ ...toolSpan, status: "aborted", isPartial: true, error })).toMatchObject({
      "error.type": "Aborted",
      "charm.partial": true,
    });
  });

  it("says nothing of a span that went well", () => {
    expect(Object.values(errorOf(toolSpan)).filter((value) => value !== undefined)).toEqual([]);
  });
});

describe("an error as an event", () => {
  it("follows five causes and no more", () => {
    let error = new Error("innermost");
    for (let depth = 1; depth <= 8; depth++) error = new Error(`depth ${depth}`, { cause: error });
    const values = eventOf(error).exception?.values ?? [];
    expect(values.map(({ value }) => value)).toEqual([3, 4, 5, 6, 7, 8].map((depth) => `depth ${depth}`));
  });

  it("has the same id for the same span, and leads to it", () => {
    const [first, again] = [eventOf(new Error("no rows")), eventOf(new Error("no rows"))];
    expect(first.event_id).toBe(again.event_id);
    expect(first.event_id).not.toBe(eventOf(new Error("no rows"), { spanId: "0000000000000002" }).event_id);
    const { traceId: trace_id, spanId: span_id, parentSpanId: parent_span_id } = toolSpan;
    expect(first.contexts?.trace).toEqual({ trace_id, span_id, parent_span_id });
  });

  it("says which agent it was, and nothing of what went in and came out", () => {
    const event = eventOf(new Error("no rows"));
    expect(event.tags).toEqual({ agent: "research-agent" });
    expect(JSON.stringify(event)).not.toMatch(/query|found/);
  });
});
