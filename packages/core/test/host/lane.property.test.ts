import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DROP_REASONS } from "../../src/exporter.ts";
import type { Outcome } from "../../src/exporter.ts";
import { RecordingExporter } from "../support/recording-exporter.ts";
import { deferred, laneOf } from "./support.ts";
import type { Deferred } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

type Answer = "returns" | "throws" | "keeps" | "settles itself" | "resolves" | "keeps later" | "rejects" | "hangs";

type Step =
  | { readonly do: "event"; readonly answer: Answer }
  | { readonly do: "answer"; readonly which: number; readonly isOk: boolean }
  | { readonly do: "settle"; readonly eventCount: number; readonly outcome: Outcome }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "flush"; readonly ms: number }
  | { readonly do: "fault" }
  | { readonly do: "disable" }
  | { readonly do: "end"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      answer: fc.constantFrom<Answer>(
        "returns",
        "throws",
        "keeps",
        "settles itself",
        "resolves",
        "keeps later",
        "rejects",
        "hangs",
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("answer" as const), which: fc.nat(3), isOk: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      eventCount: fc.nat(4),
      outcome: fc.constantFrom<Outcome>("delivered", ...DROP_REASONS),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 40, 120, 600) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("flush" as const), ms: fc.constantFrom(10, 500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fault" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("disable" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("end" as const), ms: fc.constantFrom(50, 1000) }) },
);

/** Does with each event what the script says, and keeps the promises for the test to settle. */
class Puppet extends RecordingExporter {
  readonly open: { readonly promise: Deferred<unknown>; readonly keeps: boolean }[] = [];
  starts: (() => Promise<void> | void)[] = [];
  hasEnded = false;
  calledLate = 0;

  override start(): Promise<void> | void {
    return this.starts.shift()?.();
  }

  override onLlmNewToken(...args: unknown[]): void {
    return this.#answer(args[0] as Answer) as void;
  }

  #answer(answer: Answer): unknown {
    if (this.hasEnded) this.calledLate++;
    switch (answer) {
      case "returns":
        return undefined;
      case "throws":
        throw new Error("thrown");
      case "keeps":
        return this.pending;
      case "settles itself":
        this.settle(1, "sampled");
        return this.pending;
      default: {
        const promise = deferred<unknown>();
        if (answer !== "hangs") this.open.push({ promise, keeps: answer === "keeps later" });
        return promise.promise;
      }
    }
  }

  answer(which: number, isOk: boolean): void {
    const [call] = this.open.splice(which % Math.max(1, this.open.length), 1);
    if (isOk) call?.promise.resolve(call.keeps ? this.pending : undefined);
    else call?.promise.reject(new Error("rejected"));
  }

  tell(eventCount: number, outcome: Outcome): void {
    this.settle(eventCount, outcome);
  }

  off(): void {
    this.disable("told to");
  }

  override flush(): Promise<void> | void {
    return this.open.length > 1 ? new Promise(() => {}) : undefined;
  }

  override shutdown(): void {
    this.hasEnded = true;
  }
}

it("accepted = delivered + dropped + pending after every step, and nothing is pending after the end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom("at once", "later", "at the second try", "never"),
      async (steps, startup) => {
        const puppet = new Puppet();
        const started = deferred();
        if (startup === "later") puppet.starts = [() => started.promise];
        if (startup === "at the second try") puppet.starts = [() => Promise.reject(new Error("not yet"))];
        if (startup === "never")
          puppet.starts = Array.from({ length: 99 }, () => () => Promise.reject(new Error("no")));
        const { lane, account, push } = laneOf(puppet, {
          limits: { hookMs: 100, restartMs: 30, queueEvents: 6, breakerFailures: 3, breakerMs: 200 },
        });
        let accepted = 0;
        const balance = (): void => expect(account.settled + lane.pending).toBe(accepted);
        for (const [index, next] of steps.entries()) {
          if (index === 5) started.resolve();
          if (next.do === "event") {
            accepted++;
            push(next.answer);
          } else if (next.do === "answer") puppet.answer(next.which, next.isOk);
          else if (next.do === "settle") puppet.tell(next.eventCount, next.outcome);
          else if (next.do === "wait") await vi.advanceTimersByTimeAsync(next.ms);
          else if (next.do === "flush") void lane.flush(next.ms);
          else if (next.do === "fault") lane.fault(new Error("outside"));
          else if (next.do === "disable") puppet.off();
          else void lane.end(next.ms);
          balance();
          await vi.advanceTimersByTimeAsync(0);
          balance();
        }
        const end = lane.end(300);
        await vi.advanceTimersByTimeAsync(300);
        await end;
        balance();
        expect(lane.pending).toBe(0);
        expect(puppet.calledLate).toBe(0);
        expect(account.taken).toBe(accepted);
        expect(Object.values(account.outcomes).reduce((sum, count) => sum + count, 0)).toBe(accepted);
      },
    ),
    { numRuns: 500 },
  );
});
