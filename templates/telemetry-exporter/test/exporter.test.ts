import { TelemetryManager } from "@charm/telemetry-core";
import type { TelemetryHealth } from "@charm/telemetry-core";
import { startHttpIntake } from "@charm/telemetry-testkit/intakes";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AcmeExporter } from "../src/index.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** An agent's run, from its first event to the end of its process. */
async function runAgent(): Promise<TelemetryHealth> {
  const telemetry = new TelemetryManager({ exporters: [new AcmeExporter()], agent: { name: "Tide" }, stdout: false });
  await telemetry.withRun({ question: "When is high tide?" }, (run) => {
    run.startTool("tide_table", "Dover").end("14:02");
    return { output: "At 14:02." };
  });
  return telemetry.shutdown();
}

describe("AcmeExporter", () => {
  it("sends a run with its tool calls", async () => {
    const intake = await startHttpIntake();
    vi.stubEnv("ACME_ENDPOINT", intake.url);
    vi.stubEnv("ACME_API_KEY", "a-key-for-tests");
    const { exporters } = await runAgent();
    await intake.close();
    expect(intake.requests.map(({ headers }) => headers["x-api-key"])).toEqual(["a-key-for-tests"]);
    expect(intake.items.map(({ item }) => item)).toMatchObject([
      {
        service: "Tide",
        spans: [
          { kind: "tool", name: "tide_table", output: "14:02" },
          { kind: "run", output: { output: "At 14:02." }, status: "ok" },
        ],
      },
    ]);
    expect(exporters).toMatchObject([{ accepted: 4, delivered: 4 }]);
  });

  it("is disabled without configuration", async () => {
    vi.stubEnv("ACME_ENDPOINT", undefined);
    vi.stubEnv("ACME_API_KEY", undefined);
    const { exporters } = await runAgent();
    expect(exporters).toMatchObject([{ state: "disabled", delivered: 0 }]);
  });
});
