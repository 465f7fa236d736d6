import type { ExporterHealth } from "@charm/telemetry-core";
import type { Outcome } from "../../src/outcome.ts";

export function exporterHealth(changes: Partial<ExporterHealth> = {}): ExporterHealth {
  return {
    name: "datadog",
    state: "stopped",
    accepted: 1700,
    delivered: 1700,
    dropped: 0,
    droppedBy: {},
    pending: 0,
    units: { spans: 21, requests: 3, retries: 0, bytes: 9000 },
    latencyMs: { last: 1, max: 2 },
    ...changes,
  };
}

/** Two runs against a healthy backend, all well. */
export function goodOutcome(exporter: ExporterHealth = exporterHealth(), changes: Partial<Outcome> = {}): Outcome {
  return {
    fault: undefined,
    wantedRuns: 2,
    agent: { exitCode: 0, endedBy: "exit", durationMs: 4200, unfinishedLine: "" },
    totals: { running: 0, succeeded: 1, failed: 1, llmCalls: 12, toolCalls: 7, toolErrors: 1, tokens: 1655 },
    read: { events: 1700, missing: 0 },
    health: {
      exporters: [exporter],
      stdout: { written: 1710, droppedBy: {}, bufferedBytes: 0 },
      events: { recorded: 1700, unattributed: 0, guessed: 0, ignored: 0, truncated: 0, aborted: 0 },
    },
    standIns: new Map([["datadog", { requests: 3, received: 21, acknowledged: 21, duplicates: 0, orphans: 0 }]]),
    ...changes,
  };
}
