export { BaseTelemetryExporter, DROP_REASONS, PENDING, UNITS, missingHooks } from "./exporter.ts";
export type { DropReason, HookResult, Outcome, Pending, StartInfo, Unit } from "./exporter.ts";
export { HOOKS, REQUIRED_HOOKS } from "./events.ts";
export type {
  EventContext,
  HookArguments,
  HookName,
  LlmMessage,
  LlmRequest,
  LlmResponse,
  LlmUsage,
  RunInfo,
  TelemetryEvent,
} from "./events.ts";
export { TelemetryError } from "./errors.ts";
export type { TelemetryErrorCode } from "./errors.ts";
export type { ExporterHealth, StdoutHealth, TelemetryHealth } from "./health.ts";
export type { ExporterState } from "./ledger.ts";
