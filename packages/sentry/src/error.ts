import { createHash } from "node:crypto";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import type { ErrorEvent, Exception } from "@sentry/core";
import { seconds } from "./notation.ts";
import type { Attributes } from "./notation.ts";
import type { Breadcrumb } from "./run-trails.ts";
import type { SdkParts } from "./sdk.ts";
import { agentNameOf } from "./surroundings.ts";
import type { Surroundings } from "./surroundings.ts";

/** As Sentry's own SDK follows causes. */
const MAX_CAUSES = 5;

/** What a failed span says of its error by itself. */
export function errorOf({ error, status, isPartial }: FinishedSpan): Attributes {
  return {
    "error.type": error === undefined ? undefined : status === "aborted" ? "Aborted" : error.name || "Error",
    // An aborted span has no event of its own, nor has a failed call of a model.
    "error.message": error?.message,
    "charm.partial": isPartial ? true : undefined,
  };
}

/** A failed span's error as an event of Sentry, linked to the span; the same one for the same span. */
export function encodeErrorEvent(
  span: FinishedSpan,
  error: Error,
  breadcrumbs: readonly Breadcrumb[],
  surroundings: Surroundings,
  parts: Pick<SdkParts, "defaultStackParser" | "exceptionFromError">,
): ErrorEvent & { readonly event_id: string } {
  const { environment, release, serverName, nodeVersion, sdk } = surroundings;
  return {
    type: undefined,
    event_id: createHash("sha256").update(`${span.traceId}/${span.spanId}`).digest("hex").slice(0, 32),
    timestamp: seconds(span.endTimeUnixMs),
    platform: "node",
    level: "error",
    environment,
    ...(release === undefined ? {} : { release }),
    server_name: serverName,
    sdk: { ...sdk, packages: [{ name: "npm:@sentry/node", version: sdk.version }], integrations: [] },
    contexts: {
      trace: {
        trace_id: span.traceId,
        span_id: span.spanId,
        ...(span.parentSpanId === undefined ? {} : { parent_span_id: span.parentSpanId }),
      },
      agent_run: { run_id: span.runId, ...(span.run.threadId ? { session_id: span.run.threadId } : {}) },
      runtime: { name: "node", version: nodeVersion },
    },
    tags: { agent: agentNameOf(span, surroundings) },
    breadcrumbs: [...breadcrumbs],
    exception: { values: exceptionsOf(error, parts) },
  };
}

/** Innermost cause first, as Sentry shows them from the last to the first. */
function exceptionsOf(
  error: Error,
  { defaultStackParser, exceptionFromError }: Pick<SdkParts, "defaultStackParser" | "exceptionFromError">,
): Exception[] {
  const chain: Error[] = [];
  for (let next: unknown = error; next instanceof Error && chain.length <= MAX_CAUSES; next = next.cause)
    chain.push(next);
  return chain
    .map((link, index) => ({
      ...exceptionFromError(defaultStackParser, link),
      mechanism: {
        ...(index === 0
          ? { type: "charm.telemetry", handled: true }
          : { type: "chained", handled: true, source: "cause", parent_id: index - 1 }),
        ...(chain.length > 1 ? { exception_id: index } : {}),
      },
    }))
    .toReversed();
}
