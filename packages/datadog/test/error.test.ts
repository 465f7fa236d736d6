import { TelemetryError } from "@charm/telemetry-core";
import type { FinishedSpan, ToolSpan } from "@charm/telemetry-core/kit";
import { describe, expect, it } from "vitest";
import { runSpan, toolSpan } from "../../testkit/test/support/finished-spans.ts";
import { encodeSpan } from "../src/encode.ts";
import { encodeErrorLog } from "../src/error.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const SURROUNDINGS = { service: "search", host: "pod-7", mlApp: "tide_agent", tags: ["env:test", "version:7"] };

const failed: ToolSpan = {
  ...toolSpan,
  name: "tide_table",
  spanId: "00000000000000ff",
  startTimeUnixMs: NOW - 100,
  endTimeUnixMs: NOW - 0.4,
  status: "error",
  error: new TypeError("no such harbour", { cause: new Error("timeout") }),
  input: "Atlantis",
  output: undefined,
};

interface Written {
  readonly status: string;
  readonly tags: readonly string[];
  readonly meta: { readonly error?: { readonly message: string; readonly type: string; readonly stack: string } };
}

function written(span: FinishedSpan): Written {
  return JSON.parse(encodeSpan(span, 1024 * 1024)) as Written;
}

describe("an error on its span", () => {
  it("has its message, type and stack, and the stacks of its causes", () => {
    const cause = new TypeError("no rows");
    const error = new Error("search failed", { cause: new RangeError("page 9", { cause }) });
    const span = written({ ...toolSpan, status: "error", error });
    expect(span.status).toBe("error");
    expect(span.tags).toEqual(["error:1", "error_type:Error"]);
    expect(span.meta.error).toMatchObject({ message: "search failed", type: "Error" });
    const heads = span.meta.error?.stack.split("\nCaused by: ").map((stack) => stack.split("\n")[0]);
    expect(heads).toEqual(["Error: search failed", "RangeError: page 9", "TypeError: no rows"]);
  });

  it("that aborted a span is marked so", () => {
    const error = new TelemetryError("ABORTED", "run aborted: SIGTERM");
    const span = written({ ...runSpan, status: "aborted", error, isPartial: true });
    expect(span.status).toBe("error");
    expect(span.meta.error).toMatchObject({ message: "run aborted: SIGTERM", type: "Aborted" });
    expect(span.tags).toEqual(["error:1", "error_type:Aborted", "aborted:1", "partial:1", "team:research"]);
  });
});

describe("an error as a log", () => {
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
      dd: { trace_id: toolSpan.traceId, span_id: "255" },
      ml_app: "tide_agent",
      charm: { run_id: toolSpan.runId, kind: "tool", name: "tide_table", session_id: "session-42" },
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
});
