import { TelemetryManager } from "../../src/manager.ts";
import { RecordingExporter } from "./recording-exporter.ts";

/** A manager without stdout, and what it gives to its one exporter. */
export function recordedManager(): { manager: TelemetryManager; recording: RecordingExporter } {
  const recording = new RecordingExporter();
  const manager = new TelemetryManager({ exporters: [recording], stdout: false, agent: { name: "test-agent" } });
  return { manager, recording };
}
