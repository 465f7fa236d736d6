import { describe, expect, it } from "vitest";
import { REQUIRED_HOOKS } from "../src/events.ts";
import { BaseTelemetryExporter, CONTRACT, CONTRACT_VERSION, missingHooks, PENDING } from "../src/exporter.ts";
import { RecordingHost } from "./support/recording-host.ts";

class CompleteExporter extends BaseTelemetryExporter {
  override onRunStart(): void {}
  override onRunEnd(): void {}
  override onError(): void {}
  override onToolStart(): void {}
  override onToolEnd(): void {}
  override onToolError(): void {}
  override onLlmNewToken(): typeof PENDING {
    return this.pending;
  }
  override onAgentAction(): void {}
  report(): void {
    this.settle(2, "rejected");
    this.count("spans", 3);
    this.count("requests");
    this.warn("careful");
    this.disable("no key");
    this.fail(new Error("last"));
  }
}

describe("BaseTelemetryExporter", () => {
  it("lacks every required hook until they are written", () => {
    const bare = Object.create(BaseTelemetryExporter.prototype) as object;
    expect(missingHooks(bare)).toEqual(REQUIRED_HOOKS);
    expect(missingHooks({ onRunStart() {}, onRunEnd: "no function" })).toEqual(REQUIRED_HOOKS.slice(1));
    expect(missingHooks(new CompleteExporter())).toEqual([]);
    // @ts-expect-error a class that misses hooks does not compile
    class Incomplete extends BaseTelemetryExporter {
      override onRunStart(): void {}
    }
    expect(missingHooks(new Incomplete())).toHaveLength(7);
  });

  it("carries the contract's version under a symbol that all copies of core share", () => {
    expect(CONTRACT).toBe(Symbol.for("charm.telemetry.contract"));
    expect((new CompleteExporter() as unknown as Record<symbol, unknown>)[CONTRACT]).toBe(CONTRACT_VERSION);
    expect(new CompleteExporter().onLlmNewToken()).toBe(Symbol.for("charm.telemetry.pending"));
    expect(PENDING).toBe(Symbol.for("charm.telemetry.pending"));
  });

  it("reports to its host, and to nobody before it has one", () => {
    const exporter = new CompleteExporter();
    expect(() => exporter.report()).not.toThrow();
    const host = RecordingHost.attach(exporter);
    exporter.report();
    expect(host).toMatchObject({
      outcomes: { rejected: 2 },
      units: { spans: 3, requests: 1 },
      warnings: ["careful"],
      disabled: "no key",
      errors: [new Error("last")],
    });
  });
});
