import { fileURLToPath } from "node:url";
import { runAgent } from "@charm/telemetry-runner";
import { startDatadogIntake, startLangsmithIntake, startSentryIntake } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it } from "vitest";

const AGENT_FOLDER = fileURLToPath(new URL("../../airline-agent/", import.meta.url));

interface Backend {
  readonly environment: Record<string, string>;
  /** Everything that came in, each span without what differs from run to run. */
  received(): string[];
  close(): Promise<void>;
}

const BACKENDS: Record<string, () => Promise<Backend>> = {
  datadog: async () => {
    const intake = await startDatadogIntake({ apiKey: "a-made-up-key" });
    return {
      environment: { DD_API_KEY: "a-made-up-key", CHARM_DATADOG_ENDPOINT: intake.url },
      received: () =>
        lasting(intake.spans.map(({ span, tags, mlApp, sessionId }) => ({ span, tags, mlApp, sessionId }))),
      close: () => intake.close(),
    };
  },
  langsmith: async () => {
    const intake = await startLangsmithIntake({ apiKey: "a-made-up-key" });
    return {
      environment: { LANGSMITH_API_KEY: "a-made-up-key", LANGSMITH_ENDPOINT: intake.url },
      received: () => lasting([...intake.runs.values()]),
      close: () => intake.close(),
    };
  },
  sentry: async () => {
    const intake = await startSentryIntake({ publicKey: "5e2717000000000000000000000000de", projectId: "1" });
    return {
      environment: { SENTRY_DSN: intake.dsn, SENTRY_ENVIRONMENT: "test" },
      received: () => [
        ...lasting(intake.spans.map(({ span }) => span)),
        ...lasting(intake.events.map(({ event }) => ({ exception: event.exception, tags: event.tags }))),
      ],
      close: () => intake.close(),
    };
  },
};

/** Names of what is new in each run of the agent: ids, times, and the ports of stand-ins. */
const PASSING = /^time|time$|timestamp|duration|time_to_first|_id$|_ns$|dotted_order|address|endpoint/;
const PASSING_TEXT = /[0-9a-f]{8}-[0-9a-f-]{27}|\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b|127\.0\.0\.1:\d+/g;

/** What lasts, in one order: spans of a batch are sent in any, and what came in parts has other orders of fields. */
function lasting(items: readonly unknown[]): string[] {
  const lasts = (key: string, value: unknown): unknown => {
    if (PASSING.test(key)) return undefined;
    if (typeof value === "string") return value.replaceAll(PASSING_TEXT, "…");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  };
  return items.map((item) => JSON.stringify(item, lasts)).sort();
}

/** Runs the agent with these backends at the other end, and returns what each has received. */
async function runWith(names: readonly string[]): Promise<Record<string, string[]>> {
  const backends = await Promise.all(
    names.map(async (name) => [name, await (BACKENDS[name] as () => Promise<Backend>)()] as const),
  );
  try {
    const { exitCode } = await runAgent(AGENT_FOLDER, {
      input: { conversations: 3, parallel: 1, pace: 0.2 },
      environment: {
        CHARM_TELEMETRY_ISOLATION: "worker",
        // What is compared is what is sent, not what a busy machine sends in time.
        CHARM_TELEMETRY_SHUTDOWN_MS: "30000",
        ...Object.fromEntries(backends.flatMap(([, { environment }]) => Object.entries(environment))),
      },
    });
    expect(exitCode).toBe(0);
    return Object.fromEntries(backends.map(([name, backend]) => [name, backend.received()]));
  } finally {
    await Promise.all(backends.map(([, backend]) => backend.close()));
  }
}

describe("all exporters at once, in one process", { timeout: 120_000 }, () => {
  it("send each backend what it gets from its exporter alone", async () => {
    const names = Object.keys(BACKENDS);
    const together = await runWith(names);
    for (const name of names) {
      const alone = await runWith([name]);
      expect(alone[name]?.length).toBeGreaterThan(40);
      expect(together[name]).toEqual(alone[name]);
    }
  });
});
