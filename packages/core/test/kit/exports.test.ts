import { expect, it } from "vitest";
import * as kit from "../../src/kit/index.ts";

it("exports these names and no others", () => {
  expect(Object.keys(kit).sort((a, b) => a.localeCompare(b))).toEqual([
    "ASSEMBLER_LIMITS",
    "BatchQueue",
    "HttpSender",
    "isLoopback",
    "QUEUE_LIMITS",
    "RETRY_POLICY",
    "Secret",
    "SENDER_DEFAULTS",
    "SpanTelemetryExporter",
  ]);
});
