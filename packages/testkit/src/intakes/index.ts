export type { DatadogEvaluation } from "./datadog-evaluations.ts";
export type { DatadogEvent } from "./datadog-event.ts";
export { startDatadogIntake } from "./datadog-intake.ts";
export type {
  DatadogCounts,
  DatadogIntake,
  DatadogIntakeOptions,
  ReceivedDatadogItem,
  ReceivedSpan,
} from "./datadog-intake.ts";
export type { DatadogLog } from "./datadog-logs.ts";
export type { DatadogSeries } from "./datadog-series.ts";
export type { DatadogSpan, DatadogSpanKind } from "./datadog-span.ts";
export { startLangsmithIntake } from "./langsmith-intake.ts";
export type { LangsmithIntake, LangsmithIntakeOptions, ReceivedOperation } from "./langsmith-intake.ts";
export type { LangsmithRun, RunOperation } from "./langsmith-run.ts";
export { parseFault } from "./faults.ts";
export type { Fault, FaultKind } from "./faults.ts";
export { HttpIntake } from "./http-intake.ts";
export type { HttpIntakeOptions, IntakeRequest, IntakeUnits, Verdict } from "./http-intake.ts";
export { startHttpIntake } from "./json-intake.ts";
export type { JsonIntake, JsonIntakeOptions, ReadItems, ReceivedItem } from "./json-intake.ts";
export { startSentryIntake } from "./sentry-intake.ts";
export type {
  ReceivedSentryEvent,
  ReceivedSentrySpan,
  ReceivedSentryTransaction,
  SentryIntake,
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
