export { BaseTelemetryExporter, DROP_REASONS, PENDING, UNITS } from "./exporter.ts";
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
export { TelemetryManager } from "./manager.ts";
export type { ExporterLike, ManagerOptions } from "./setup.ts";
export type { DispatchContext } from "./dispatch.ts";
export type { LlmCall, LlmOptions, ToolCall, ToolOptions } from "./calls.ts";
export type { Run, RunOptions } from "./run.ts";
export type { LlmMessageInput, LlmRequestInput, LlmResponseInput } from "./snapshot-llm.ts";
export { CharmEmitter } from "./stdout/emitter.ts";
export type { CharmEmitterOptions } from "./stdout/emitter.ts";
export type { CharmEventType } from "./stdout/protocol.ts";
