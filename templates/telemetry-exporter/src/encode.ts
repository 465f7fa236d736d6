import type { Envelope, FinishedSpan } from "@charm/telemetry-core/kit";

/** What stands around the spans of one request, and between them. */
export function envelopeOf(service: string): Envelope {
  return { open: `{"service":${JSON.stringify(service)},"spans":[`, separator: ",", close: "]}" };
}

/**
 * One span as JSON. What is undefined is left out.
 *
 * @param maxBytes a larger span goes without its contents, with `"truncated":true`.
 */
export function encodeSpan(span: FinishedSpan, maxBytes: number): string {
  const whole = JSON.stringify({ ...headOf(span), ...contentsOf(span) });
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  return JSON.stringify({ ...headOf(span), truncated: true });
}

function headOf(span: FinishedSpan): Record<string, unknown> {
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_id: span.parentSpanId,
    run_id: span.runId,
    session_id: span.run.threadId,
    kind: span.kind,
    name: span.name,
    start_unix_ms: span.startTimeUnixMs,
    duration_ms: span.endTimeUnixMs - span.startTimeUnixMs,
    status: span.status,
  };
}

/** What people and models have written: the part that can be large. */
function contentsOf(span: FinishedSpan): Record<string, unknown> {
  return {
    error: span.error && { type: span.error.name, message: span.error.message, stack: span.error.stack },
    input: span.input,
    output: span.output ?? span.streamedText,
    actions: span.actions.length > 0 ? span.actions : undefined,
    ...(span.kind === "run" ? { tags: span.run.tags, metadata: span.run.metadata } : {}),
    ...(span.kind === "tool" ? { tool_call_id: span.toolCallId } : {}),
    ...(span.kind === "llm"
      ? { model: span.model, provider: span.provider, parameters: span.parameters, usage: span.usage }
      : {}),
  };
}
