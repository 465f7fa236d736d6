import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Dispatcher } from "undici";
import { TelemetryError } from "../errors.ts";
import type { TelemetryErrorCode } from "../errors.ts";
import type { Outcome } from "../exporter.ts";
import { systemClock, wait } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { createConnections } from "./connections.ts";
import { post } from "./http-post.ts";
import type { PostResult } from "./http-post.ts";
import { describeFailure, oneLine } from "./http-words.ts";
import type { Reporter } from "./reporter.ts";
import { joinBody, planRequests } from "./request-plan.ts";
import type { Envelope, Range, RequestLimits } from "./request-plan.ts";
import { RETRY_POLICY, judge, parseRetryAfter } from "./retry-policy.ts";
import type { Answer, RetryPolicy } from "./retry-policy.ts";
import type { Secret } from "./secret.ts";

export interface HttpSenderOptions extends Partial<HttpSenderDefaults> {
  readonly url: URL;
  /** Besides the credential and `content-type`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly credential: Credential;
  readonly envelope: Envelope;
  /** Masks secrets in what the backend answers, before it is shown. */
  readonly mask: (text: string) => string;
  readonly reporter: Reporter;
  /** A header that carries the same id on every try of a request, for backends that recognise repeats. */
  readonly idempotencyHeader?: string;
  readonly clock?: Clock;
}

export interface Credential {
  /** The header that carries the key. */
  readonly header: string;
  readonly key: Secret;
  /** What to look at when the backend refuses it; a sentence. */
  readonly advice: string;
}

export interface HttpSenderDefaults extends RequestLimits, RetryPolicy {
  readonly contentType: string;
  readonly compress: boolean;
  /** For one try, from its start to the backend's answer. */
  readonly requestTimeoutMs: number;
  /** For all tries of one batch, waits included. */
  readonly deadlineMs: number;
  /** How long nothing is sent after the backend has refused the key. */
  readonly coolDownMs: number;
  readonly connections: number;
  /** Headers that say when to try again, in seconds or as a date; the first one that is there counts. */
  readonly retryAfterHeaders: readonly string[];
  /** Where `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are looked up. */
  readonly environment: NodeJS.ProcessEnv;
}

export const SENDER_DEFAULTS: HttpSenderDefaults = {
  ...RETRY_POLICY,
  maxRequestBytes: 5 * 1024 * 1024,
  maxRequestItems: 1000,
  contentType: "application/json",
  compress: false,
  requestTimeoutMs: 10_000,
  deadlineMs: 60_000,
  coolDownMs: 60_000,
  connections: 4,
  retryAfterHeaders: ["retry-after"],
  environment: process.env,
};

// A backend that asks for more has lost its clock.
const MAX_PAUSE_MS = 10 * 60 * 1000;

interface Trouble {
  /** People are told once of each. */
  readonly kind: string;
  readonly code: TelemetryErrorCode;
  /** After the backend's name. */
  readonly what: string;
  readonly fix?: string;
}

interface Job {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const compressed = promisify(gzip);

/**
 * Posts batches of encoded items to one URL and says honestly what became of each.
 *
 * Tries again after 408, 429, 5xx and network failures, honouring `Retry-After`; halves what is too large (413); pauses
 * after 401 and 403. No other layer may retry. `delivered` means a 2xx. When the answer to a request that was sent
 * whole is lost it is tried again, so that the backend may get it twice; if no try is answered, the outcome is `unknown`.
 */
export class HttpSender {
  readonly #options: HttpSenderOptions & HttpSenderDefaults;
  readonly #clock: Clock;
  readonly #dispatcher: Dispatcher;
  readonly #told = new Set<string>();
  #deniedUntilMs = 0;
  #pausedUntilMs = 0;

  /** @throws TelemetryError `INVALID_OPTION` for a proxy variable that holds no URL. */
  constructor(options: HttpSenderOptions) {
    this.#options = { ...SENDER_DEFAULTS, ...options };
    this.#clock = options.clock ?? systemClock;
    this.#dispatcher = createConnections({
      url: this.#options.url,
      environment: this.#options.environment,
      connections: this.#options.connections,
      connectTimeoutMs: this.#options.requestTimeoutMs,
    });
  }

  /**
   * Sends items in as few requests as the limits allow.
   *
   * @param items encoded; what stands around and between them is the envelope's.
   * @param signal stops everything: what is not acknowledged by then is `deadline`.
   * @returns one outcome for each item, in order.
   */
  async send(items: readonly string[], signal: AbortSignal): Promise<Outcome[]> {
    const outcomes = Array.from<Outcome>({ length: items.length }).fill("too_large");
    const job: Job = { deadlineMs: this.#clock.now() + this.#options.deadlineMs, signal };
    for (const range of planRequests(items, this.#options.envelope, this.#options))
      await this.#deliver(items, range, outcomes, job);
    if (outcomes.includes("too_large"))
      this.#tell({
        kind: "too_large",
        code: "EXPORT_TOO_LARGE",
        what: "does not take an item as large as one that was sent",
      });
    return outcomes;
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #deliver(items: readonly string[], { from, to }: Range, outcomes: Outcome[], job: Job): Promise<void> {
    const outcome = await this.#request(items.slice(from, to), job);
    if (outcome !== "split") outcomes.fill(outcome, from, to);
    else if (to - from > 1) {
      const middle = (from + to) >> 1;
      await this.#deliver(items, { from, to: middle }, outcomes, job);
      await this.#deliver(items, { from: middle, to }, outcomes, job);
    }
  }

  async #request(items: readonly string[], job: Job): Promise<Outcome | "split"> {
    const body = await this.#encode(items);
    const headers = this.#headers();
    let last: PostResult | undefined;
    let notBeforeMs = 0;
    let isAmbiguous = false;
    const unacknowledged = (outcome: Outcome): Outcome => (isAmbiguous ? "unknown" : outcome);
    for (let attempt = 1; ; attempt++) {
      const now = this.#clock.now();
      const startMs = Math.max(now, notBeforeMs, this.#pausedUntilMs);
      if (attempt > this.#options.maxAttempts || startMs >= job.deadlineMs) {
        if (last !== undefined) this.#tell(this.#trouble(last));
        return unacknowledged("retries");
      }
      if (attempt > 1) this.#options.reporter.count("retries", 1);
      if (!(await wait(this.#clock, startMs - now, job.signal))) {
        if (last !== undefined) this.#tell(this.#trouble(last));
        return unacknowledged("deadline");
      }
      if (this.#clock.now() < this.#deniedUntilMs) return unacknowledged("rejected");

      last = await this.#post(body, headers, job);
      if (last.kind === "failure" && job.signal.aborted) {
        this.#tell({ kind: "deadline", code: "EXPORT_TIMEOUT", what: "had not answered when the process ended" });
        return unacknowledged("deadline");
      }
      const verdict = judge(this.#answer(last), attempt, this.#options, Math.random());
      switch (verdict.action) {
        case "delivered":
          this.#options.reporter.count("bytes", body.length);
          return "delivered";
        case "split":
          return "split";
        case "denied":
          this.#coolDown(last);
          return "rejected";
        case "rejected":
          this.#tell({ kind: "rejected", code: "EXPORT_REJECTED", what: `refuses what was sent: ${this.#said(last)}` });
          return "rejected";
        case "retry":
          this.#keep(this.#trouble(last));
          notBeforeMs = this.#clock.now() + verdict.waitMs;
          isAmbiguous ||= last.kind === "failure" && last.isSent;
      }
    }
  }

  async #encode(items: readonly string[]): Promise<Buffer> {
    const body = joinBody(items, this.#options.envelope);
    return this.#options.compress ? compressed(body) : body;
  }

  #headers(): Record<string, string> {
    const { credential, contentType, compress, idempotencyHeader } = this.#options;
    return {
      "content-type": contentType,
      ...this.#options.headers,
      ...(compress ? { "content-encoding": "gzip" } : {}),
      ...(idempotencyHeader === undefined ? {} : { [idempotencyHeader]: randomUUID() }),
      [credential.header]: credential.key.reveal(),
    };
  }

  async #post(body: Buffer, headers: Record<string, string>, job: Job): Promise<PostResult> {
    const stop = new AbortController();
    const leftMs = Math.min(this.#options.requestTimeoutMs, job.deadlineMs - this.#clock.now());
    const cancel = this.#clock.after(leftMs, () => stop.abort(new RequestTimeout(leftMs)));
    // Not AbortSignal.any: a signal that lives as long as the process would remember every request.
    const onAbort = (): void => stop.abort(job.signal.reason);
    job.signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { url } = this.#options;
      const result = await post(this.#dispatcher, { url, headers, body, signal: stop.signal });
      if (result.kind === "status" || result.isStarted) this.#options.reporter.count("requests", 1);
      return result;
    } finally {
      cancel();
      job.signal.removeEventListener("abort", onAbort);
    }
  }

  #answer(result: PostResult): Answer {
    if (result.kind === "failure") return result;
    const header = this.#options.retryAfterHeaders
      .map((name) => result.headers[name])
      .find((value) => value !== undefined);
    const retryAfterMs = parseRetryAfter(Array.isArray(header) ? header[0] : header, Date.now());
    // What one request is told holds for all: the others would only be told the same.
    if (retryAfterMs !== undefined && (result.status === 429 || result.status === 503))
      this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + Math.min(retryAfterMs, MAX_PAUSE_MS));
    return { kind: "status", status: result.status, retryAfterMs };
  }

  #coolDown(result: PostResult): void {
    const { coolDownMs, credential } = this.#options;
    this.#deniedUntilMs = this.#clock.now() + coolDownMs;
    const seconds = Math.round(coolDownMs / 1000);
    this.#tell({
      kind: "denied",
      code: "EXPORT_REJECTED",
      what: `refuses the key in ${credential.key.variable}: ${this.#said(result)}`,
      fix: `${credential.advice} Until it is accepted, one request is tried every ${seconds} s and the rest is dropped.`,
    });
  }

  /** What was wrong with a try that may be repeated. */
  #trouble(result: PostResult): Trouble {
    if (result.kind === "status")
      return { kind: `status ${result.status}`, code: "EXPORT_UNREACHABLE", what: `fails: ${this.#said(result)}` };
    if (result.error instanceof RequestTimeout)
      return { kind: "timeout", code: "EXPORT_TIMEOUT", what: `does not answer: ${result.error.message}` };
    return { kind: "network", code: "EXPORT_UNREACHABLE", what: `cannot be reached: ${this.#said(result)}` };
  }

  /** The status and what the backend said, or what the network did; without secrets. */
  #said(result: PostResult): string {
    if (result.kind === "failure") return describeFailure(result.error);
    const text = oneLine(this.#options.mask(this.#options.credential.key.redact(result.text)));
    return text === "" ? String(result.status) : `${result.status} ${text}`;
  }

  /** For `health()`. */
  #keep({ code, what, fix }: Trouble): TelemetryError {
    const error = new TelemetryError(code, `${this.#options.url.host} ${what}.`, fix === undefined ? {} : { fix });
    this.#options.reporter.fail(error);
    return error;
  }

  /** For people too: the first of its kind. */
  #tell(trouble: Trouble): void {
    const { message, fix } = this.#keep(trouble);
    if (this.#told.has(trouble.kind)) return;
    this.#told.add(trouble.kind);
    this.#options.reporter.warn(fix === undefined ? message : `${message} ${fix}`);
  }
}

class RequestTimeout extends Error {
  constructor(ms: number) {
    super(`nothing came for ${Math.round(ms / 100) / 10} s`);
  }
}
