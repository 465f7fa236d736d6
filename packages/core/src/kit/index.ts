/**
 * The parts that exporters are made of: events become finished spans, spans become batches, batches become requests.
 * For exporters of every vendor; nothing here knows one.
 */
export { SpanTelemetryExporter } from "./span-exporter.ts";
export type { SpanExporterOptions } from "./span-exporter.ts";
export type { Reporter } from "./reporter.ts";
export type {
  AgentAction,
  FinishedSpan,
  LlmSpan,
  OpenedSpan,
  RunSpan,
  SpanKind,
  SpanPlace,
  SpanStatus,
  ToolSpan,
} from "./span.ts";
export { HttpSender, SENDER_DEFAULTS } from "./http-sender.ts";
export type { Credential, HttpSenderDefaults, HttpSenderOptions } from "./http-sender.ts";
export type { RetryLimits } from "./retry-layer.ts";
export { planRequests } from "./request-plan.ts";
export type { Envelope, Range, RequestLimits } from "./request-plan.ts";
export { RETRY_POLICY, judge, parseRetryAfter } from "./retry-policy.ts";
export type { Answer, RetryPolicy, Verdict } from "./retry-policy.ts";
export { describeFailure, oneLine } from "./describe-failure.ts";
export { BatchQueue, QUEUE_LIMITS } from "./batch-queue.ts";
export type { BatchQueueLimits, BatchQueueOutput } from "./batch-queue.ts";
export type { AssemblerLimits } from "./span-assembler.ts";
export { Secret } from "./secret.ts";
export { isLoopback } from "./connections.ts";
export { systemClock, wait } from "./clock.ts";
export type { Clock } from "./clock.ts";
