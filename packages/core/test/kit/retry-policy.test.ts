import { describe, expect, it } from "vitest";
import { RETRY_POLICY, backoffMs, judge, parseRetryAfter } from "../../src/kit/retry-policy.ts";
import type { Answer, Verdict } from "../../src/kit/retry-policy.ts";

const NOW = Date.UTC(2027, 0, 2, 3, 4, 5);
const status = (code: number, retryAfterMs?: number): Answer => ({ kind: "status", status: code, retryAfterMs });

describe("judge", () => {
  const table: [name: string, answer: Answer, attempt: number, verdict: Verdict][] = [
    ["takes 200 as delivered", status(200), 1, { action: "delivered" }],
    ["takes 202 as delivered", status(202), 1, { action: "delivered" }],
    ["takes 204 as delivered", status(204), 6, { action: "delivered" }],
    ["follows no redirect", status(302), 1, { action: "rejected" }],
    ["never retries 400", status(400, 1000), 1, { action: "rejected" }],
    ["pauses on 401", status(401), 1, { action: "denied" }],
    ["pauses on 403", status(403, 1000), 1, { action: "denied" }],
    ["never retries 404", status(404), 1, { action: "rejected" }],
    ["retries 408", status(408), 1, { action: "retry", waitMs: 500 }],
    ["splits on 413", status(413, 1000), 1, { action: "split" }],
    ["never retries 422", status(422), 1, { action: "rejected" }],
    ["retries 429 without a header", status(429), 2, { action: "retry", waitMs: 1000 }],
    ["retries 429 not before the header says", status(429, 7000), 1, { action: "retry", waitMs: 7000 }],
    ["backs off although the header says at once", status(429, 0), 3, { action: "retry", waitMs: 2000 }],
    ["retries 500", status(500), 1, { action: "retry", waitMs: 500 }],
    ["retries 502", status(502), 2, { action: "retry", waitMs: 1000 }],
    ["retries 503 not before the header says", status(503, 3000), 2, { action: "retry", waitMs: 3000 }],
    ["retries 504", status(504), 9, { action: "retry", waitMs: 10_000 }],
    ["retries a refused connection", { kind: "failure", isSent: false }, 1, { action: "retry", waitMs: 500 }],
    ["retries a lost answer", { kind: "failure", isSent: true }, 2, { action: "retry", waitMs: 1000 }],
  ];
  it.each(table)("%s", (_name, answer, attempt, verdict) => {
    expect(judge(answer, attempt, RETRY_POLICY, 1)).toEqual(verdict);
  });

  it("spreads the wait over the upper half of the delay", () => {
    expect([0, 0.5, 1].map((random) => backoffMs(2, RETRY_POLICY, random))).toEqual([500, 750, 1000]);
  });
});

describe("parseRetryAfter", () => {
  it.each([
    ["0", 0],
    ["1", 1000],
    [" 120 ", 120_000],
    ["1.5", 1500],
    ["Sat, 02 Jan 2027 03:04:15 GMT", 10_000],
    ["Sat, 02 Jan 2027 03:04:00 GMT", 0],
    ["", undefined],
    ["-1", undefined],
    ["soon", undefined],
    ["2027", 2_027_000],
    ["Sat, 99 Foo", undefined],
    [undefined, undefined],
  ])("reads %j as %j milliseconds", (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });
});
