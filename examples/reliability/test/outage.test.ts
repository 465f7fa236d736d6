import { TelemetryManager } from "@charm/telemetry-core";
import type { BaseTelemetryExporter, ExporterHealth } from "@charm/telemetry-core";
import { RETRY_POLICY } from "@charm/telemetry-core/kit";
import { DatadogExporter } from "@charm/telemetry-datadog";
import { LangsmithExporter } from "@charm/telemetry-langsmith";
import { SentryExporter } from "@charm/telemetry-sentry";
import type { Fault, HttpIntake } from "@charm/telemetry-testkit/intakes";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EXPORTERS, OUTAGES, tableOf, tableOnPage, withStandIns } from "../src/index.ts";
import type { Exporter, StandIns } from "../src/index.ts";
import { expectBooks, outcomeOf, triesOf } from "./support/account.ts";
import { compressTime, passTime } from "./support/compressed-time.ts";

const OUTAGE_S = 30;
const RUNS_PER_SECOND = 10;
const SPANS_PER_RUN = 3;
const EVENTS_PER_RUN = 2 * SPANS_PER_RUN;
/** Before the trouble, while it lasts, and after it. */
const SECONDS = [2, OUTAGE_S, 2] as const;
const RUNS = RUNS_PER_SECOND * SECONDS.reduce((sum, seconds) => sum + seconds, 0);
/** All that a batch may wait for its next try, and that try. */
const RECOVERY_MS = RETRY_POLICY.maxDelayMs + 5000;
const DEADLINE_MS = 2000;

const CLASSES: Readonly<Record<Exporter, new () => BaseTelemetryExporter>> = {
  datadog: DatadogExporter,
  langsmith: LangsmithExporter,
  sentry: SentryExporter,
};
const cases = [...OUTAGES].flatMap(([row, fault]) => EXPORTERS.map((exporter) => [row, exporter, fault] as const));
const table = tableOf("outages");

/** The real exporter with its real sender and real sockets; only time is ours. */
interface Bench {
  readonly intake: StandIns["intakes"][Exporter];
  readonly setFault: StandIns["setFault"];
  readonly health: () => ExporterHealth;
  /** So many runs in each of so many seconds. */
  readonly work: (seconds: number) => Promise<void>;
  readonly pass: (ms: number, isSo?: () => boolean) => Promise<boolean>;
  readonly shutdown: () => Promise<unknown>;
}

function withExporter(exporter: Exporter, use: (bench: Bench) => Promise<void>): Promise<void> {
  return withStandIns(async ({ intakes, environment, setFault }) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    // The shortest pauses there are: tries are used up soonest.
    vi.spyOn(Math, "random").mockReturnValue(0);
    compressTime();
    const intake = intakes[exporter];
    const manager = new TelemetryManager({ exporters: [new CLASSES[exporter]()], stdout: false });
    const pass: Bench["pass"] = (ms, isSo) => passTime(ms, () => isAnswering(intake), isSo);
    await use({
      intake,
      setFault,
      pass,
      health: () => manager.health().exporters[0] as ExporterHealth,
      work: async (seconds) => {
        for (let second = 0; second < seconds; second++) {
          for (let index = 0; index < RUNS_PER_SECOND; index++) runOnce(manager);
          await pass(1000);
        }
      },
      shutdown: () => manager.shutdown({ timeoutMs: DEADLINE_MS }),
    });
  });
}

function runOnce(manager: TelemetryManager): void {
  const run = manager.startRun({ question: "high tide?" });
  for (let call = 1; call < SPANS_PER_RUN; call++) run.startTool("tide_table", { call }).end("14:02");
  run.end({ output: "at 14:02" });
}

/** A request has come that is not hung, and its answer has not left. */
function isAnswering(intake: HttpIntake): boolean {
  return intake.requests.some(({ fault, status }) => fault !== "hang" && status === undefined);
}

/** Sentry asks its clients to drop what it limits. */
function isLimited(fault: Fault, exporter: Exporter): boolean {
  return exporter === "sentry" && fault.kind === "status" && fault.status === 429;
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("for 30 s a backend", () => {
  it.each(cases)("%s: what %s has taken meanwhile arrives, each span once", async (row, exporter, fault) =>
    withExporter(exporter, async ({ intake, setFault, health, work, pass, shutdown }) => {
      const [before, during, after] = SECONDS;
      await work(before);
      await setFault(fault);
      await work(during);
      const { pending: queued, lastError } = health();
      await setFault(undefined);
      await work(after);
      expect(await pass(RECOVERY_MS, () => health().pending === 0)).toBe(true);

      const limited = isLimited(fault, exporter) ? during * RUNS_PER_SECOND : 0;
      // The longest queue there could be: of all that was made meanwhile nothing has left.
      expect(queued).toBeGreaterThanOrEqual(limited > 0 ? 0 : during * RUNS_PER_SECOND * EVENTS_PER_RUN);
      // Whoever looks at health meanwhile sees what is wrong.
      expect(lastError?.message).toMatch(
        /^127\.0\.0\.1:\d+ (cannot be reached|does not answer|fails|limits what it takes)/,
      );
      const { droppedBy, units } = expectBooks(health(), RUNS * EVENTS_PER_RUN);
      expect(droppedBy["rejected"] ?? 0).toBeGreaterThanOrEqual(limited * EVENTS_PER_RUN);
      expect(limited > 0 ? {} : droppedBy).toEqual({});
      const { received, acknowledged, duplicates } = intake.units;
      expect({ received, duplicates }).toEqual({ received: acknowledged, duplicates: 0 });
      expect(units.spans).toBe(acknowledged);
      expect(units.spans * 2).toBe(health().delivered);
      expect(intake.unknownParents()).toEqual([]);
      expect(Math.max(...triesOf(intake))).toBeLessThanOrEqual(RETRY_POLICY.maxAttempts);
      table.set(row, exporter, outcomeOf(health()).replace(/^in part, /, ""));

      let isOver = false;
      void shutdown().then(() => (isOver = true));
      expect(await pass(DEADLINE_MS, () => isOver)).toBe(true);
      expect(health().units.requests).toBe(intake.requests.length);
    }),
  );

  it.each(cases)("%s: %s ends within its deadline", async (_, exporter, fault) =>
    withExporter(exporter, async ({ intake, setFault, health, work, pass, shutdown }) => {
      await setFault(fault);
      await work(SECONDS[0]);
      const started = performance.now();
      let endedMs = Infinity;
      void shutdown().then(() => (endedMs = performance.now() - started));
      expect(await pass(2 * DEADLINE_MS, () => endedMs < Infinity)).toBe(true);
      expect(endedMs).toBeLessThanOrEqual(DEADLINE_MS);

      const { droppedBy, pending, units } = expectBooks(health(), SECONDS[0] * RUNS_PER_SECOND * EVENTS_PER_RUN);
      expect({ reasons: Object.keys(droppedBy), pending }).toEqual({
        reasons: [isLimited(fault, exporter) ? "rejected" : "deadline"],
        pending: 0,
      });
      expect({ spans: units.spans, received: intake.units.received }).toEqual({ spans: 0, received: 0 });
    }),
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  expect(table.toString()).toBe(tableOnPage(table));
});
