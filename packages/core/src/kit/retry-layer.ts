import type { Outcome } from "../exporter.ts";
import { systemClock, wait } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { PostResult } from "./http-post.ts";
import { RETRY_POLICY, judge, parseRetryAfter } from "./retry-policy.ts";
import type { Answer, RetryPolicy } from "./retry-policy.ts";
import { RequestTimeout, Troubles } from "./troubles.ts";
import type { TroublesOptions } from "./troubles.ts";

// A backend that asks for more has lost its clock.
const MAX_PAUSE_MS = 10 * 60 * 1000;

export interface RetryLimits extends RetryPolicy {
  /** For one try, from its start to the backend's answer. */
  readonly requestTimeoutMs: number;
  /** For all tries of one batch, waits included. */
  readonly deadlineMs: number;
  /** How long nothing is sent after the backend has refused the key. */
  readonly coolDownMs: number;
  /** Headers that say when to try again, in seconds or as a date; the first one that is there counts. */
  readonly retryAfterHeaders: readonly string[];
}

export const RETRY_LIMITS: RetryLimits = {
  ...RETRY_POLICY,
  requestTimeoutMs: 10_000,
  deadlineMs: 60_000,
  coolDownMs: 60_000,
  retryAfterHeaders: ["retry-after"],
};

export interface RetryLayerOptions extends Partial<RetryLimits>, TroublesOptions {
  readonly clock?: Clock;
}

/** How long the tries of one batch may go on, in however many requests it goes. */
export interface Deadline {
  /** On the clock: after it no try begins. */
  readonly atMs: number;
  /** Stops everything at once: the process cannot wait any longer. */
  readonly signal: AbortSignal;
}

/** The backend takes less for now, and asks its clients to drop the rest rather than to send it again. */
export interface Limited {
  readonly kind: "limited";
  /** There was a request. */
  readonly isStarted: boolean;
  /** What the backend said, if it did. */
  readonly text: string;
}

/** One try of a request, until its signal aborts. Never rejects. */
export type Attempt = (signal: AbortSignal) => Promise<PostResult | Limited>;

/**
 * Tries a request until it is known what became of it; no other layer does. What one request is told by the backend
 * holds for all: nothing is sent for as long as it asks for, and only now and then while it refuses the key.
 */
export class RetryLayer {
  readonly troubles: Troubles;
  readonly #options: RetryLimits & TroublesOptions;
  readonly #clock: Clock;
  #pausedUntilMs = 0;
  #deniedUntilMs = 0;

  constructor(options: RetryLayerOptions) {
    this.#options = { ...RETRY_LIMITS, ...options };
    this.#clock = options.clock ?? systemClock;
    this.troubles = new Troubles(options);
  }

  /** For a batch that begins now. */
  deadline(signal: AbortSignal): Deadline {
    return { atMs: this.#clock.now() + this.#options.deadlineMs, signal };
  }

  /**
   * @returns `split` for what the backend finds too large; `unknown` where an answer was lost, and no later try was
   *   taken.
   */
  async deliver(attempt: Attempt, deadline: Deadline): Promise<Outcome | "split"> {
    const { troubles } = this;
    const clock = this.#clock;
    let last: PostResult | undefined;
    let notBeforeMs = 0;
    let isAmbiguous = false;
    const unacknowledged = (outcome: Outcome): Outcome => (isAmbiguous ? "unknown" : outcome);
    const giveUp = (outcome: Outcome): Outcome => {
      if (last !== undefined) troubles.failing(last);
      return unacknowledged(outcome);
    };
    for (let count = 1; ; count++) {
      if (count > this.#options.maxAttempts) return giveUp("retries");
      const stopped = await this.#turn(notBeforeMs, deadline);
      if (stopped !== undefined) return giveUp(stopped);
      if (count > 1) this.#options.reporter.count("retries", 1);
      if (clock.now() < this.#deniedUntilMs) return unacknowledged("rejected");

      const tried = await this.#try(attempt, deadline);
      if (tried.kind === "limited") {
        troubles.limited(tried.text);
        return unacknowledged("rejected");
      }
      if (tried.kind === "failure" && deadline.signal.aborted) {
        // Why there was a second try says more.
        if (last === undefined) troubles.unanswered();
        return giveUp("deadline");
      }
      last = tried;
      const verdict = judge(this.#heed(last), count, this.#options, Math.random());
      switch (verdict.action) {
        case "delivered":
        case "split":
          return verdict.action;
        case "denied":
          this.#deniedUntilMs = clock.now() + this.#options.coolDownMs;
          troubles.denied(last, this.#options.coolDownMs);
          return unacknowledged("rejected");
        case "rejected":
          troubles.rejected(last);
          return unacknowledged("rejected");
        case "retry":
          troubles.note(last);
          notBeforeMs = clock.now() + verdict.waitMs;
          isAmbiguous ||= last.kind === "failure" && last.isSent;
      }
    }
  }

  /** Waits for the time of a try, which other requests may put off meanwhile. @returns why it does not come. */
  async #turn(notBeforeMs: number, { atMs, signal }: Deadline): Promise<"retries" | "deadline" | undefined> {
    for (;;) {
      const now = this.#clock.now();
      const startMs = Math.max(now, notBeforeMs, this.#pausedUntilMs);
      if (startMs >= atMs) return "retries";
      if (!(await wait(this.#clock, startMs - now, signal))) return "deadline";
      if (startMs === now) return undefined;
    }
  }

  async #try(attempt: Attempt, { atMs, signal }: Deadline): Promise<PostResult | Limited> {
    const { requestTimeoutMs, reporter } = this.#options;
    const timeoutMs = Math.min(requestTimeoutMs, atMs - this.#clock.now());
    const stop = new AbortController();
    const cancel = this.#clock.after(timeoutMs, () => stop.abort(new RequestTimeout(timeoutMs)));
    // Not AbortSignal.any: a signal that lives as long as the process would remember every request.
    const onAbort = (): void => stop.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const result = await attempt(stop.signal);
      if (result.kind === "status" || result.isStarted) reporter.count("requests", 1);
      return result;
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Lets later requests wait, too, where the answer says so. */
  #heed(result: PostResult): Answer {
    if (result.kind === "failure") return result;
    const header = this.#options.retryAfterHeaders
      .map((name) => result.headers[name])
      .find((value) => value !== undefined);
    const retryAfterMs = parseRetryAfter(Array.isArray(header) ? header[0] : header, Date.now());
    if (retryAfterMs !== undefined && (result.status === 429 || result.status === 503))
      this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + Math.min(retryAfterMs, MAX_PAUSE_MS));
    return { kind: "status", status: result.status, retryAfterMs };
  }
}
