import { beginningOf, fits, sampleOf } from "@charm/telemetry-core/kit";
import type { Envelope, FinishedSpan } from "@charm/telemetry-core/kit";
import type { DynamicSamplingContext } from "@sentry/core";
import { addedOf, contentOf, factsOf } from "./attributes.ts";
import { errorOf } from "./error.ts";
import { seconds, typed } from "./notation.ts";
import type { Attributes } from "./notation.ts";
import { agentNameOf } from "./surroundings.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Finished spans in the form of Sentry's span protocol, version 2.
 *
 * @see Sentry "Span Protocol" of the SDK development docs
 */

const REMOVED = "[removed: the span was larger than Sentry takes]";

const OPERATIONS = { run: "invoke_agent", llm: "chat", tool: "execute_tool" } as const;

/** What is around the spans of one envelope item. */
export const SPAN_ITEM: Envelope = { open: '{"version":2,"items":[', separator: ",", close: "]}" };

/** Where a trace's spans and errors belong, but for the project. */
export type Trace = Omit<DynamicSamplingContext, "public_key">;

/**
 * One span as JSON text.
 *
 * @param segmentId the run's own span, 16 hex digits.
 * @param maxBytes beyond it contents are replaced by a notice, then what the agent added is left out.
 */
export function encodeSpan(
  span: FinishedSpan,
  segmentId: string,
  surroundings: Surroundings,
  maxBytes: number,
): string {
  const write = (attributes: Attributes): string => JSON.stringify(spanOf(span, segmentId, surroundings, attributes));
  const whole = write({ ...contentOf(span), ...addedOf(span), ...errorOf(span) });
  if (fits(whole, maxBytes)) return whole;
  const notices = Object.fromEntries(Object.keys(contentOf(span)).map((key) => [key, REMOVED]));
  const withoutContent = write({ ...notices, ...addedOf(span), ...errorOf(span) });
  if (fits(withoutContent, maxBytes)) return withoutContent;
  const type = errorOf(span)["error.type"];
  return write({ ...notices, "error.type": typeof type === "string" ? beginningOf(type, 200) : undefined });
}

function spanOf(span: FinishedSpan, segmentId: string, surroundings: Surroundings, more: Attributes): object {
  const operation = OPERATIONS[span.kind];
  const isSegment = span.parentSpanId === undefined;
  return {
    name: nameOf(span, surroundings),
    span_id: span.spanId,
    trace_id: span.traceId,
    parent_span_id: span.parentSpanId,
    start_timestamp: seconds(span.startTimeUnixMs),
    end_timestamp: seconds(span.endTimeUnixMs),
    is_segment: isSegment,
    status: span.status === "ok" ? "ok" : "error",
    attributes: typed({
      "sentry.status.message":
        span.status === "ok" ? undefined : span.status === "aborted" ? "aborted" : "internal_error",
      "sentry.origin": "manual",
      "sentry.op": `gen_ai.${operation}`,
      "gen_ai.operation.name": operation,
      "gen_ai.agent.name": agentNameOf(span, surroundings),
      ...factsOf(span),
      ...more,
      "sentry.trace_lifecycle": "stream",
      "sentry.segment.name": segmentName(span, surroundings),
      "sentry.segment.id": segmentId,
      "sentry.sdk.name": surroundings.sdk.name,
      "sentry.sdk.version": surroundings.sdk.version,
      "sentry.release": surroundings.release,
      "sentry.environment": surroundings.environment,
      ...(isSegment
        ? { "sentry.segment.name.source": "custom", "sentry.sample_rate": surroundings.tracesSampleRate }
        : {}),
    }),
  };
}

/** What the header of an envelope says of the trace that a span is in. */
export function traceOf(span: FinishedSpan, surroundings: Surroundings): Trace {
  const { environment, release, tracesSampleRate } = surroundings;
  const sample = sampleOf(span.traceId);
  return {
    trace_id: span.traceId,
    environment,
    ...(release === undefined ? {} : { release }),
    transaction: segmentName(span, surroundings),
    sampled: sample < tracesSampleRate ? "true" : "false",
    sample_rand: String(sample),
    sample_rate: String(tracesSampleRate),
  };
}

/** The name of the run's own span. */
function segmentName(span: FinishedSpan, surroundings: Surroundings): string {
  return `${OPERATIONS.run} ${agentNameOf(span, surroundings)}`;
}

/** Of low cardinality: names alone, never inputs. */
function nameOf(span: FinishedSpan, surroundings: Surroundings): string {
  if (span.kind === "run") return segmentName(span, surroundings);
  return `${OPERATIONS[span.kind]} ${span.kind === "llm" ? (span.model ?? span.name) : span.name}`;
}
