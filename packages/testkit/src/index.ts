export { eventContext, runInfo } from "./event-context.ts";
export { loadRecordings } from "./recorded/load.ts";
export { playRun } from "./recorded/play.ts";
export type {
  Pace,
  PlayedLlmCall,
  PlayedRun,
  PlayedToolCall,
  PlayOptions,
  PlayRunOptions,
  PlayTarget,
} from "./recorded/play.ts";
export { RECORDING_SOURCES } from "./recorded/recorded-run.ts";
export type {
  LlmStep,
  RecordedError,
  RecordedRun,
  RecordedStep,
  RecordedToolCall,
  RecordedToolResult,
  RecordingSource,
  ToolsStep,
  ToolUse,
} from "./recorded/recorded-run.ts";
export { checkExporter, describeFinding, startExporter } from "./conformance/index.ts";
export type {
  AttachOptions,
  AttachedExporter,
  Called,
  CaseResult,
  CheckOptions,
  ConformanceFinding,
  ConformanceLevel,
  ConformanceReport,
  Environment,
  ExporterAccount,
  ExporterSource,
  FailedHook,
} from "./conformance/index.ts";
export { RecordingExporter } from "./recording-exporter.ts";
export { RunBuilder } from "./run-builder.ts";
export type { BuiltLlm, BuiltSpan, BuiltTool, RunBuilderOptions, SpanOptions } from "./run-builder.ts";
export { failedRun, sampleRun } from "./sample-runs.ts";
