export {
  DATADOG_EVALUATIONS_PATH,
  DATADOG_EVENTS_PATH,
  DATADOG_LOGS_PATH,
  DATADOG_SERIES_PATH,
  DATADOG_SPANS_PATH,
} from "./datadog-endpoints.ts";
export type { DatadogEvaluation } from "./datadog-evaluations.ts";
export type { DatadogEvent } from "./datadog-event.ts";
export { DatadogIntake, startDatadogIntake } from "./datadog-intake.ts";
export type { DatadogCounts, DatadogIntakeOptions, ReceivedDatadogItem, ReceivedSpan } from "./datadog-intake.ts";
export type { DatadogLog } from "./datadog-logs.ts";
export type { DatadogSeries } from "./datadog-series.ts";
export type { DatadogSpan, DatadogSpanKind } from "./datadog-span.ts";
export { LangsmithIntake, startLangsmithIntake } from "./langsmith-intake.ts";
export type { LangsmithIntakeOptions, ReceivedOperation } from "./langsmith-intake.ts";
export type { LangsmithRun, RunOperation } from "./langsmith-run.ts";
export { parseFault } from "./faults.ts";
export type { Fault, FaultKind } from "./faults.ts";
export { HttpIntake } from "./http-intake.ts";
export type { HttpIntakeOptions, IntakeRequest, IntakeUnits, Verdict } from "./http-intake.ts";
export { JsonIntake, startHttpIntake } from "./json-intake.ts";
export type { JsonIntakeOptions, ReadItems, ReceivedItem } from "./json-intake.ts";
export { SentryIntake, startSentryIntake } from "./sentry-intake.ts";
export type {
  ReceivedSentryEvent,
  ReceivedSentrySpan,
  ReceivedSentryTransaction,
  SentryIntakeOptions,
} from "./sentry-intake.ts";
export type {
  SentryAttribute,
  SentryBreadcrumb,
  SentryClientReport,
  SentryEvent,
  SentryException,
  SentryFrame,
  SentrySpan,
  SentryTransaction,
} from "./sentry-payloads.ts";
