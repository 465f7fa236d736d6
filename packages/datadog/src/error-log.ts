import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { decimal, stackOf, typeOf } from "./encode.ts";

/**
 * A failed run, tool call or LLM call as a log of Datadog's logs API, version 2, that leads to its trace.
 *
 * @see Datadog "Send logs" reference
 */

// Datadog cuts a log at 1 MB, and takes none that is older than 18 hours.
const MAX_TEXT_LENGTH = 100_000;
const WINDOW_MS = 18 * 60 * 60 * 1000 - 2 * 60 * 1000;

export interface LogSurroundings {
  readonly service: string;
  readonly host: string;
  readonly mlApp: string;
  readonly tags: readonly string[];
}

/** @returns nothing for a span without an error, or one that is too old. */
export function encodeErrorLog(
  span: FinishedSpan,
  { service, host, mlApp, tags }: LogSurroundings,
  nowUnixMs: number,
): string | undefined {
  if (span.error === undefined || span.endTimeUnixMs < nowUnixMs - WINDOW_MS) return undefined;
  const message = cut(span.error.message);
  return JSON.stringify({
    message: `${span.kind} ${span.name} ${span.status === "aborted" ? "was cut short" : "failed"}: ${message}`,
    status: span.status === "aborted" ? "warn" : "error",
    timestamp: Math.round(span.endTimeUnixMs),
    ddsource: "nodejs",
    service,
    hostname: host,
    ddtags: tags.join(","),
    error: { kind: typeOf(span), message, stack: cut(stackOf(span)) },
    dd: { trace_id: span.traceId, span_id: decimal(span.spanId) },
    ml_app: mlApp,
    charm: { run_id: span.runId, kind: span.kind, name: span.name, session_id: span.run.threadId || undefined },
  });
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
