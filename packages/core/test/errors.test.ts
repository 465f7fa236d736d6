import { describe, expect, it } from "vitest";
import { formatProblem, TelemetryError } from "../src/errors.ts";
import { HOSTILE_NAMES, hostile } from "./support/hostile.ts";

describe("TelemetryError", () => {
  it("says what happened, where and what to do", () => {
    const cause = new Error("socket hang up");
    const error = new TelemetryError("EXPORT_UNREACHABLE", "acme does not answer.", {
      where: "acme",
      fix: "Check ACME_ENDPOINT.",
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "TelemetryError", code: "EXPORT_UNREACHABLE", where: "acme", cause });
    expect(formatProblem(error)).toBe("acme  acme does not answer. Check ACME_ENDPOINT.");
  });

  it("does without place, advice and cause", () => {
    const error = new TelemetryError("HOST", "it broke.");
    expect("cause" in error).toBe(false);
    expect(formatProblem(error)).toBe("it broke.");
  });

  it("is recognised across copies of core, where instanceof fails", () => {
    const fromAnotherCopy = Object.defineProperty(new Error("far"), Symbol.for("charm.telemetry.error"), {
      value: true,
    });
    expect(TelemetryError.is(fromAnotherCopy)).toBe(true);
    expect(TelemetryError.is(new TelemetryError("HOST", "near"))).toBe(true);
    expect(TelemetryError.is(new Error("other"))).toBe(false);
  });

  it.each(HOSTILE_NAMES)("is not %s", (name) => {
    expect(TelemetryError.is(hostile(name))).toBe(false);
  });
});
