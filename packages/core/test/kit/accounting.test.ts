import fc from "fast-check";
import { expect, it } from "vitest";
import type { HookResult, Outcome } from "../../src/exporter.ts";
import { SpanTelemetryExporter } from "../../src/kit/span-exporter.ts";
import type { FinishedSpan } from "../../src/kit/span.ts";
import { contextOf } from "../support/event-context.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RecordingHost, START_INFO } from "../support/recording-host.ts";

type Answer = Outcome | readonly Outcome[] | "throw" | "hang";

const LIMITS = {
  batchSize: 2,
  maxQueueItems: 2,
  concurrency: 1,
  sendTimeoutMs: 20_000,
  maxOpenSpans: 8,
  maxSilenceMs: 60_000,
  graceMs: 10_000,
};

/** Its sends end as the test says, some time later. */
class TrialExporter extends SpanTelemetryExporter {
  readonly sent: FinishedSpan[] = [];
  readonly answers: Answer[];
  readonly #clock: FakeClock;
  #sends = 0;

  constructor(clock: FakeClock, answers: Answer[]) {
    super({ ...LIMITS, clock });
    this.#clock = clock;
    this.answers = answers;
  }

  get unsettled(): number {
    return this.pendingEvents;
  }

  protected override send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | readonly Outcome[]> {
    this.sent.push(...spans);
    const answer = this.answers[this.#sends++ % Math.max(1, this.answers.length)] ?? "delivered";
    return new Promise((resolve, reject) => {
      if (answer === "hang") return;
      this.#clock.after(this.#sends * 300, () => {
        if (answer === "throw") reject(new Error("trial"));
        else resolve(signal.aborted ? "deadline" : answer);
      });
    });
  }
}

const hooks = ["start", "end", "fail", "token", "action", "start", "end"] as const;
const kinds = ["run", "tool", "llm"] as const;

const event = fc.record({
  do: fc.constant("event" as const),
  run: fc.nat(5),
  span: fc.nat(4),
  hook: fc.constantFrom(...hooks),
});
const step = fc.oneof(
  { weight: 12, arbitrary: event },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(30_000) }) },
  { weight: 1, arbitrary: fc.constant({ do: "flush" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("flush until" as const), ms: fc.nat(2000) }) },
);
const answers = fc.array(
  fc.constantFrom<Answer>("delivered", "rejected", "retries", "unknown", ["delivered", "too_large"], "throw", "hang"),
  { maxLength: 5 },
);

interface SpanName {
  readonly run: number;
  readonly span: number;
}

/** Span 0 is the run's own; the others are tools and calls of models, and children of it or of each other. */
function call(
  exporter: TrialExporter,
  { run, span }: SpanName,
  hook: (typeof hooks)[number],
  sequence: number,
): HookResult {
  const runId = `run ${run}`;
  const kind = span === 0 ? "run" : (kinds[1 + (span % 2)] ?? "tool");
  const context = contextOf({
    runId,
    span: `s${run}${span}`,
    ...(span === 0 ? {} : { parent: `s${run}${span - 1}` }),
    sequence,
    timeUnixMs: 1_800_000_000_000 + sequence,
  });
  const error = new Error("trial");
  if (hook === "token") return exporter.onLlmNewToken("t", context);
  if (hook === "action") return exporter.onAgentAction("tool", "input", context);
  if (kind === "run") {
    if (hook === "start")
      return exporter.onRunStart(runId, {}, { ...context, run: { threadId: runId, tags: [], metadata: {} } });
    return hook === "end" ? exporter.onRunEnd(runId, {}, context) : exporter.onError(runId, error, context);
  }
  if (kind === "tool") {
    if (hook === "start") return exporter.onToolStart("tool", "", context);
    return hook === "end" ? exporter.onToolEnd("tool", "", context) : exporter.onToolError("tool", error, context);
  }
  if (hook === "start") return exporter.onLlmStart({ model: "m" }, context);
  return hook === "end" ? exporter.onLlmEnd({}, context) : exporter.onLlmError(error, context);
}

it("every event is settled exactly once, and at every moment accepted = delivered + dropped + pending", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 100, size: "max" }),
      answers,
      fc.nat(30_000),
      fc.array(event, { maxLength: 3 }),
      async (steps, script, shutdownMs, afterwards) => {
        const clock = new FakeClock();
        const exporter = new TrialExporter(clock, script);
        const host = RecordingHost.attach(exporter);
        await exporter.start(START_INFO, new AbortController().signal);
        const accepted = new Map<string, number>();
        const take = (name: SpanName, hook: (typeof hooks)[number]): void => {
          const key = `run ${name.run} ${name.span}`;
          accepted.set(key, (accepted.get(key) ?? 0) + 1);
          host.accept(call(exporter, name, hook, host.accepted));
        };
        const balance = (): void => {
          // `host.pending` is what is left of the account, `unsettled` what the exporter really holds.
          expect(exporter.unsettled).toBe(host.pending);
          expect(exporter.unsettled).toBeGreaterThanOrEqual(0);
        };

        for (const action of steps) {
          if (action.do === "event") take(action, action.hook);
          if (action.do === "pass") await clock.pass(action.ms);
          if (action.do === "flush") void exporter.flush(new AbortController().signal);
          if (action.do === "flush until") {
            const stop = new AbortController();
            clock.after(action.ms, () => stop.abort());
            void exporter.flush(stop.signal);
          }
          balance();
        }

        const stop = new AbortController();
        let hasStopped = false;
        const stopped = exporter.shutdown(stop.signal).then(() => (hasStopped = true));
        balance();
        for (const late of afterwards) {
          host.accept(call(exporter, late, late.hook, host.accepted));
          balance();
        }
        await clock.pass(shutdownMs);
        balance();
        stop.abort();
        await clock.pass(20);
        expect(hasStopped).toBe(true);
        await stopped;
        expect(exporter.unsettled).toBe(0);
        expect(host.settled).toBe(host.accepted);
        const outcomes = { ...host.outcomes };
        await clock.pass(25_000); // answers that come now change nothing
        expect(host.outcomes).toEqual(outcomes);

        const ids = exporter.sent.map((span) => `${span.runId} ${span.spanId}`);
        expect(new Set(ids).size).toBe(ids.length);
        for (const span of exporter.sent) {
          expect(span.endTimeUnixMs).toBeGreaterThanOrEqual(span.startTimeUnixMs);
          expect(span.eventCount).toBeGreaterThan(0);
          expect(span.runId).toBe(`run ${Buffer.from(span.spanId, "hex").toString()[1]}`);
          expect(span.isPartial || span.eventCount >= 2).toBe(true);
        }
        const sentEvents = exporter.sent.reduce((sum, span) => sum + span.eventCount, 0);
        const taken = [...accepted.values()].reduce((sum, count) => sum + count, 0);
        const unsent = (host.outcomes.late ?? 0) + (host.outcomes.queue_full ?? 0);
        expect(sentEvents).toBeLessThanOrEqual(taken);
        // Only time, space and lateness keep an event from being sent.
        expect(taken - sentEvents).toBeLessThanOrEqual(unsent + (host.outcomes.deadline ?? 0));
        expect(host.units.spans ?? 0).toBeLessThanOrEqual(exporter.sent.length);
      },
    ),
    { numRuns: 120 },
  );
});
