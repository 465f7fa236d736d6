import type { EventContext, RunInfo } from "@charm/telemetry-core";

const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

/**
 * An event's context, of one and the same run unless `more` says otherwise: for tests that call hooks by themselves.
 *
 * @param spanId 16 hex digits, like `parentSpanId`.
 */
export function eventContext(spanId: string, parentSpanId?: string, more: Partial<EventContext> = {}): EventContext {
  return {
    runId: RUN_ID,
    traceId: RUN_ID.replaceAll("-", ""),
    spanId,
    parentSpanId,
    sequence: 0,
    timeUnixMs: Date.now(),
    ...more,
  };
}

/** What an agent that says nothing more says of its run. */
export function runInfo(more: Partial<RunInfo> = {}): RunInfo {
  return { tags: [], metadata: {}, ...more };
}
