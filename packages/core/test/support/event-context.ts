import { traceIdOf } from "../../src/ids.ts";
import type { EventContext, RunInfo } from "../../src/events.ts";

export interface ContextOptions {
  readonly runId?: string;
  /** A short name; becomes 16 hex digits. */
  readonly span?: string;
  /** Likewise; absent on a run's own span. */
  readonly parent?: string;
  readonly sequence?: number;
  readonly timeUnixMs?: number;
  readonly toolCallId?: string;
  readonly run?: Partial<RunInfo>;
}

export const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

/** 16 hex digits made of a name. */
export function spanIdOf(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(16, "0").slice(0, 16);
}

export function contextOf(options: ContextOptions = {}): EventContext {
  const runId = options.runId ?? RUN_ID;
  return {
    runId,
    traceId: traceIdOf(runId),
    spanId: spanIdOf(options.span ?? "root"),
    parentSpanId: options.parent === undefined ? undefined : spanIdOf(options.parent),
    sequence: options.sequence ?? 0,
    timeUnixMs: options.timeUnixMs ?? 1_800_000_000_000,
    toolCallId: options.toolCallId,
    run: options.run === undefined ? undefined : { tags: [], metadata: {}, ...options.run },
  };
}
