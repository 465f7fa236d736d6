/** How often and how long one request is tried again. */
export interface RetryPolicy {
  /** The first try included. */
  readonly maxAttempts: number;
  /** Wait after the first failure; doubles with each further one. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** Lasts for half a minute at least: as long as a backend takes to start anew. */
export const RETRY_POLICY: RetryPolicy = { maxAttempts: 12, baseDelayMs: 500, maxDelayMs: 10_000 };

/** How one try of a request ended. */
export type Answer =
  | { readonly kind: "status"; readonly status: number; readonly retryAfterMs?: number | undefined }
  /** `isSent`: the whole request had been handed over, so that the backend may have taken it. */
  | { readonly kind: "failure"; readonly isSent: boolean };

export type Verdict =
  | { readonly action: "delivered" | "rejected" }
  /** Too large: try halves. */
  | { readonly action: "split" }
  /** The key is wrong: later requests would fare no better. */
  | { readonly action: "denied" }
  /** Worth another try, not before `waitMs` have passed. */
  | { readonly action: "retry"; readonly waitMs: number };

/**
 * What to do after a try.
 *
 * @param attempt 1 for the first try.
 * @param random a number from 0 to 1: spreads the retries of many agents.
 */
export function judge(answer: Answer, attempt: number, policy: RetryPolicy, random: number): Verdict {
  if (answer.kind === "failure") return { action: "retry", waitMs: backoffMs(attempt, policy, random) };
  const { status } = answer;
  if (status >= 200 && status < 300) return { action: "delivered" };
  if (status === 413) return { action: "split" };
  if (status === 401 || status === 403) return { action: "denied" };
  if (status === 408 || status === 429 || status >= 500)
    return { action: "retry", waitMs: Math.max(answer.retryAfterMs ?? 0, backoffMs(attempt, policy, random)) };
  return { action: "rejected" };
}

/** Half of the doubled delay, and up to the whole of it at random. */
export function backoffMs(attempt: number, policy: RetryPolicy, random: number): number {
  const delayMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  return delayMs * (0.5 + random / 2);
}

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date.
 *
 * @returns milliseconds from now, or nothing where the value says nothing.
 */
export function parseRetryAfter(value: string | undefined, nowUnixMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2},? /.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowUnixMs);
}
