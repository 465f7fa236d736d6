import { TelemetryError } from "@charm/telemetry-core";
import { describe, expect, it } from "vitest";
import { toolSpan } from "../../testkit/test/support/finished-spans.ts";
import { Addresses } from "../src/address.ts";
import { encodeWhole } from "../src/encode.ts";
import { errorOf } from "../src/error.ts";

describe("an error", () => {
  it("has its type, message and stack, and those of its causes", () => {
    const cause = Object.assign(new Error("no rows"), { stack: "Error: no rows\n    at query (db.js:1:1)" });
    const error = Object.assign(new TypeError("failed", { cause }), {
      stack: "TypeError: failed\n    at tool (a.js:1:1)",
    });
    expect(errorOf({ ...toolSpan, status: "error", error })).toBe(
      "TypeError: failed\n    at tool (a.js:1:1)\nCaused by: Error: no rows\n    at query (db.js:1:1)",
    );
  });

  it("has a name of its own also where the stack says another", () => {
    const error = Object.assign(new Error("denied"), {
      name: "AccessError",
      stack: "Error: denied\n    at f (a.js:1:1)",
    });
    expect(errorOf({ ...toolSpan, status: "error", error })).toBe("AccessError: denied\n    at f (a.js:1:1)");
    error.stack = "";
    expect(errorOf({ ...toolSpan, status: "error", error })).toBe("AccessError: denied");
  });

  it("of a process that ended first says so without our own stack", () => {
    const error = new TelemetryError("ABORTED", "tool call aborted: SIGTERM");
    const span = { ...toolSpan, status: "aborted", error } as const;
    const encoded = encodeWhole(span, new Addresses().of(span), { project: "demo", hideInputs: false });
    expect(encoded.error).toBe("Aborted: tool call aborted: SIGTERM");
    expect(encoded.extra).toMatchObject({ metadata: { aborted: true } });
  });
});
