import { TelemetryManager } from "@charm/telemetry-core";
import type { BaseTelemetryExporter, ExporterHealth } from "@charm/telemetry-core";
import { RETRY_POLICY } from "@charm/telemetry-core/kit";
import { DatadogExporter } from "@charm/telemetry-datadog";
import { LangsmithExporter } from "@charm/telemetry-langsmith";
import { SentryExporter } from "@charm/telemetry-sentry";
import type { Fault, HttpIntake } from "@charm/telemetry-testkit/intakes";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EXPORTERS, FAULTS, OUTAGES, tableOf, tableOnPage, withStandIns } from "../src/index.ts";
import type { Exporter, StandIns } from "../src/index.ts";
import { expectBooks, outcomeOf, triesOf } from "./support/account.ts";
import { compressTime, passTime } from "./support/compressed-time.ts";

const OUTAGE_S = 30;
const RUNS_PER_SECOND = 10;
const SPANS_PER_RUN = 3;
const EVENTS_PER_RUN = 2 * SPANS_PER_RUN;
/** Before the trouble, while it lasts, and after it. */
const SECONDS = [2, OUTAGE_S, 2] as const;
/** One second more, when every pause is over. */
const RUNS = RUNS_PER_SECOND * SECONDS.reduce((sum, seconds) => sum + seconds, 1);
/** What the runs are asked that are made while it lasts. */
const MEANWHILE = "low tide?";
/** All that a batch may wait for its next try, and that try. */
const RECOVERY_MS = RETRY_POLICY.maxDelayMs + 5000;
const DEADLINE_MS = 2000;

const CLASSES: Readonly<Record<Exporter, new () => BaseTelemetryExporter>> = {
  datadog: DatadogExporter,
  langsmith: LangsmithExporter,
  sentry: SentryExporter,
};
const casesOf = (faults: ReadonlyMap<string, Fault>): [string, Exporter, Fault][] =>
  [...faults].flatMap(([row, fault]) => EXPORTERS.map((exporter): [string, Exporter, Fault] => [row, exporter, fault]));
const table = tableOf("outages");

/** The real exporter with its real sender and real sockets; only time is ours. */
interface Bench {
  readonly intake: StandIns["intakes"][Exporter];
  readonly setFault: StandIns["setFault"];
  readonly health: () => ExporterHealth;
  /** So many runs in each of so many seconds, one of them with an error; all begin with these words. */
  readonly work: (seconds: number, question?: string) => Promise<void>;
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
      work: async (seconds, question = "high tide?") => {
        for (let second = 0; second < seconds; second++) {
          for (let index = 0; index < RUNS_PER_SECOND; index++) runOnce(manager, question, index === 0);
          await pass(1000);
        }
      },
      shutdown: () => manager.shutdown({ timeoutMs: DEADLINE_MS }),
    });
  });
}

function runOnce(manager: TelemetryManager, question: string, fails: boolean): void {
  const run = manager.startRun({ question });
  for (let call = 2; call < SPANS_PER_RUN; call++) run.startTool("tide_table", { call }).end("14:02");
  const last = run.startTool("tide_table", { call: 1 });
  if (fails) last.fail(new Error("no such harbour"));
  else last.end("14:02");
  run.end({ output: "at 14:02" });
}

/** A request has come that will be answered, and its answer has not left. */
function isAnswering(intake: HttpIntake): boolean {
  return intake.requests.some(({ fault, status }) => status === undefined && !NEVER_ANSWERED.has(fault));
}

const NEVER_ANSWERED: ReadonlySet<string | undefined> = new Set(["hang", "reset", "slow"]);

/** Sentry asks its clients to drop what it limits. */
function isLimited(fault: Fault, exporter: Exporter): boolean {
  return exporter === "sentry" && fault.kind === "status" && fault.status === 429;
}

/** Why a backend gets nothing, while it lasts, of an agent that ends; none where all arrives. */
function lossOf(fault: Fault, exporter: Exporter): string | undefined {
  if (fault.kind === "half-answer" || fault.kind === "wrong-content-type") return undefined;
  if (fault.kind === "reset" || fault.kind === "lost-ack") return "unknown";
  if (fault.kind !== "status") return "deadline";
  if (fault.status === 413) return "too_large";
  if (isLimited(fault, exporter)) return "rejected";
  return fault.status === 408 || fault.status === 429 || fault.status >= 500 ? "deadline" : "rejected";
}

/** What the stand-in of Datadog has acknowledged beside the spans: runs that were counted, and logs of errors. */
function besideSpans(intake: Bench["intake"]): { runs: number; logs: number } | undefined {
  if (!("series" in intake)) return undefined;
  const { series, logs } = intake;
  const counts = series.filter(({ item, acknowledged }) => acknowledged && item.metric === "charm.run.count");
  return {
    runs: counts.flatMap(({ item }) => item.points).reduce((sum, { value }) => sum + value, 0),
    logs: logs.filter(({ acknowledged }) => acknowledged).length,
  };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("for 30 s a backend", () => {
  it.each(casesOf(OUTAGES))("%s: what %s has taken meanwhile arrives, each span once", async (row, exporter, fault) =>
    withExporter(exporter, async ({ intake, setFault, health, work, pass, shutdown }) => {
      const [before, during, after] = SECONDS;
      await work(before);
      await setFault(fault);
      await work(during, MEANWHILE);
      const { pending: queued, lastError } = health();
      await setFault(undefined);
      await work(after);
      expect(await pass(RECOVERY_MS, () => health().pending === 0)).toBe(true);
      // Whatever the backend asked for is over: what is new arrives.
      await pass(RECOVERY_MS);
      const { delivered } = health();
      await work(1);
      expect(await pass(RECOVERY_MS, () => health().pending === 0)).toBe(true);
      expect(health().delivered - delivered).toBe(RUNS_PER_SECOND * EVENTS_PER_RUN);

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
      const arrived = intake.requests.filter(({ body, acknowledged }) => acknowledged && body.includes(MEANWHILE));
      expect(arrived.length > 0).toBe(limited === 0);
      table.set(row, exporter, outcomeOf({ ...health(), delivered: arrived.length }));

      let isOver = false;
      void shutdown().then(() => (isOver = true));
      expect(await pass(DEADLINE_MS, () => isOver)).toBe(true);
      expect(health().units.requests).toBe(intake.requests.length);
      expect(besideSpans(intake)).toEqual(
        exporter === "datadog" ? { runs: RUNS, logs: RUNS / RUNS_PER_SECOND } : undefined,
      );
    }),
  );

  it.each(casesOf(FAULTS))("%s: %s ends within its deadline", async (_, exporter, fault) =>
    withExporter(exporter, async ({ intake, setFault, health, work, pass, shutdown }) => {
      await setFault(fault);
      await work(SECONDS[0]);
      const started = performance.now();
      let endedMs = Infinity;
      void shutdown().then(() => (endedMs = performance.now() - started));
      expect(await pass(2 * DEADLINE_MS, () => endedMs < Infinity)).toBe(true);
      expect(endedMs).toBeLessThanOrEqual(DEADLINE_MS);

      const events = SECONDS[0] * RUNS_PER_SECOND * EVENTS_PER_RUN;
      const { delivered, droppedBy, units } = expectBooks(health(), events);
      const loss = lossOf(fault, exporter);
      expect(droppedBy).toEqual(loss === undefined ? {} : { [loss]: events });
      const { received, acknowledged } = intake.units;
      // The exporter has seen the status of an answer that breaks off later; the stand-in knows of whole answers alone.
      const told = fault.kind === "half-answer" ? received : acknowledged;
      expect({ spans: units.spans, delivered }).toEqual({ spans: told, delivered: told * 2 });
    }),
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  expect(table.toString()).toBe(tableOnPage(table));
});
