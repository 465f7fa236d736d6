import { beginningOf } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { decimal } from "./notation.ts";
import type { DatadogOptions } from "./options.ts";

/**
 * A failed run, tool call or LLM call: what is said of it on its span, and as a log of Datadog's logs API, version 2,
 * that leads to its trace.
 *
 * @see Datadog "Send logs" reference
 */

// Datadog cuts a log at 1 MB, and takes none that is older than 18 hours.
const MAX_TEXT_LENGTH = 100_000;
const WINDOW_MS = 18 * 60 * 60 * 1000 - 2 * 60 * 1000;

export interface SpanError {
  readonly message: string;
  readonly type: string;
  readonly stack?: string;
}

/** Nothing for a span without an error. */
export function errorOf(span: FinishedSpan): SpanError | undefined {
  const { error } = span;
  return error && { message: error.message, type: typeOf(span), stack: stackOf(error) };
}

/** The same without its depth. */
export function shortened(error: SpanError | undefined): SpanError | undefined {
  return error && { message: beginningOf(error.message, 1000), type: beginningOf(error.type, 200) };
}

/** @returns nothing for a span without an error, or one that is too old. */
export function encodeErrorLog(
  span: FinishedSpan,
  { service, host, mlApp, tags }: Pick<DatadogOptions, "service" | "host" | "mlApp" | "tags">,
  nowUnixMs: number,
): string | undefined {
  const { error } = span;
  if (error === undefined || span.endTimeUnixMs < nowUnixMs - WINDOW_MS) return undefined;
  const message = cut(error.message);
  return JSON.stringify({
    message: `${span.kind} ${span.name} ${span.status === "aborted" ? "was cut short" : "failed"}: ${message}`,
    status: span.status === "aborted" ? "warn" : "error",
    timestamp: Math.round(span.endTimeUnixMs),
    ddsource: "nodejs",
    service,
    hostname: host,
    ddtags: tags.join(","),
    error: { kind: typeOf(span), message, stack: cut(stackOf(error)) },
    dd: { trace_id: span.traceId, span_id: decimal(span.spanId) },
    ml_app: mlApp,
    charm: { run_id: span.runId, kind: span.kind, name: span.name, session_id: span.run.threadId || undefined },
  });
}

export function typeOf({ status, error }: FinishedSpan): string {
  return status === "aborted" ? "Aborted" : error?.name || "Error";
}

/** The stacks of an error and of its causes. */
function stackOf(error: Error): string {
  const stacks: string[] = [];
  for (let next: unknown = error; next instanceof Error; next = next.cause)
    stacks.push(next.stack ?? `${next.name}: ${next.message}`);
  return stacks.join("\nCaused by: ");
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${beginningOf(text, MAX_TEXT_LENGTH)}…`;
}
