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
export { RetryLayer } from "./retry-layer.ts";
export type { Attempt, Deadline, Limited, RetryLayerOptions, RetryLimits } from "./retry-layer.ts";
export type { PostResult } from "./http-post.ts";
export type { Troubles, TroublesOptions } from "./troubles.ts";
export { sendInRequests } from "./request-plan.ts";
export type { Envelope, RequestLimits } from "./request-plan.ts";
export { RETRY_POLICY } from "./retry-policy.ts";
export type { RetryPolicy } from "./retry-policy.ts";
export { BatchQueue, QUEUE_LIMITS } from "./batch-queue.ts";
export type { BatchQueueLimits, BatchQueueOutput } from "./batch-queue.ts";
export type { AssemblerLimits } from "./span-assembler.ts";
export { Secret } from "./secret.ts";
export { proxyUrl } from "./connections.ts";
export { isLoopback, parseBaseUrl } from "./base-url.ts";
export { isSampled, sampleOf } from "./sampling.ts";
export { beginningOf, fits } from "./text.ts";
export { systemClock } from "./clock.ts";
export type { Clock } from "./clock.ts";
