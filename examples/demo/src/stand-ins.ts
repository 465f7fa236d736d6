import { startDatadogIntake, startLangsmithIntake, startSentryIntake } from "@charm/telemetry-testkit/intakes";
import type { Fault } from "@charm/telemetry-testkit/intakes";

/** A backend on loopback, and how the agent's exporter finds it. */
export interface StandIn {
  /** An exporter's name in charm.yaml. */
  readonly exporter: string;
  readonly environment: Readonly<Record<string, string>>;
  account(): StandInAccount;
  close(): Promise<void>;
}

/** What a backend can say of itself. */
export interface StandInAccount {
  readonly requests: number;
  /** Spans that came in whole, those that came again included. */
  readonly received: number;
  /** Of them, those whose acknowledgement has left: what the exporter may count as delivered. */
  readonly acknowledged: number;
  readonly duplicates: number;
  /** Spans whose parent never came. */
  readonly orphans: number;
}

/** By the exporter's name. */
export const STAND_INS: ReadonlyMap<string, (fault: Fault | undefined) => Promise<StandIn>> = new Map([
  ["datadog", standInForDatadog],
  ["langsmith", standInForLangsmith],
  ["sentry", standInForSentry],
]);

async function standInForDatadog(fault: Fault | undefined): Promise<StandIn> {
  const apiKey = "a-made-up-key-for-the-demo";
  const intake = await startDatadogIntake({ apiKey });
  await intake.setFault(fault);
  return {
    exporter: "datadog",
    environment: { DD_API_KEY: apiKey, CHARM_DATADOG_ENDPOINT: intake.url },
    account: () => ({
      requests: intake.requests.length,
      received: intake.received.spans,
      acknowledged: intake.acknowledged.spans,
      duplicates: intake.duplicates,
      orphans: intake.unknownParents().length,
    }),
    close: () => intake.close(),
  };
}

async function standInForLangsmith(fault: Fault | undefined): Promise<StandIn> {
  const apiKey = "a-made-up-key-for-the-demo";
  const intake = await startLangsmithIntake({ apiKey });
  await intake.setFault(fault);
  return {
    exporter: "langsmith",
    environment: { LANGSMITH_API_KEY: apiKey, LANGSMITH_ENDPOINT: intake.url },
    account: () => ({
      requests: intake.requests.length,
      received: intake.received.runs,
      acknowledged: intake.acknowledged.runs,
      duplicates: intake.duplicates,
      orphans: intake.unknownParents().length,
    }),
    close: () => intake.close(),
  };
}

async function standInForSentry(fault: Fault | undefined): Promise<StandIn> {
  const intake = await startSentryIntake({ publicKey: "5e2717000000000000000000000000de", projectId: "1" });
  await intake.setFault(fault);
  return {
    exporter: "sentry",
    environment: { SENTRY_DSN: intake.dsn, SENTRY_ENVIRONMENT: "demo" },
    account: () => ({
      requests: intake.requests.length,
      received: intake.received.spans,
      acknowledged: intake.acknowledged.spans,
      duplicates: intake.duplicates,
      orphans: intake.unknownParents().length,
    }),
    close: () => intake.close(),
  };
}
