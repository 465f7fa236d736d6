import type { EventContext, HookResult, Outcome, RunInfo, StartInfo, Unit } from "@charm/telemetry-core";
import { PENDING } from "@charm/telemetry-core";
import { SentryExporter } from "../../src/index.ts";

const HOST = Symbol.for("charm.telemetry.host");

/** What a host keeps of an exporter. */
export interface Account {
  accepted: number;
  settled: number;
  outcomes: Partial<Record<Outcome, number>>;
  units: Partial<Record<Unit, number>>;
  warnings: string[];
  errors: unknown[];
  disabled: string | undefined;
}

export const START_INFO: StartInfo = {
  agent: { name: "Research Agent", version: "2.0.0" },
  runtime: { name: "node", version: process.version, telemetryVersion: "0.0.0", isolation: "inline" },
  captureContent: true,
  mask: (text) => text.replaceAll("canary-secret", "[CANARY_REDACTED]"),
};

export const never: AbortSignal = new AbortController().signal;

/** An exporter that has been started, its host's account of it, and a way to hand it events as a host does. */
export async function startExporter(): Promise<{
  exporter: SentryExporter;
  account: Account;
  accept: (...results: HookResult[]) => void;
}> {
  const account: Account = {
    accepted: 0,
    settled: 0,
    outcomes: {},
    units: {},
    warnings: [],
    errors: [],
    disabled: undefined,
  };
  const settle = (eventCount: number, outcome: Outcome): void => {
    account.settled += eventCount;
    account.outcomes[outcome] = (account.outcomes[outcome] ?? 0) + eventCount;
  };
  const exporter = new SentryExporter();
  Object.defineProperty(exporter, HOST, {
    value: {
      settle,
      count: (unit: Unit, amount: number) => (account.units[unit] = (account.units[unit] ?? 0) + amount),
      warn: (message: string) => account.warnings.push(message),
      disable: (reason: string) => (account.disabled = reason),
      fail: (error: unknown) => account.errors.push(error),
    },
  });
  await exporter.start(START_INFO, never);
  const accept = (...results: HookResult[]): void => {
    for (const result of results) {
      account.accepted++;
      if (result !== PENDING) settle(1, "delivered");
    }
  };
  return { exporter, account, accept };
}

const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

export function contextOf(spanId: string, parentSpanId?: string, more: Partial<EventContext> = {}): EventContext {
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

export function runInfo(more: Partial<RunInfo> = {}): RunInfo {
  return { tags: [], metadata: {}, ...more };
}
