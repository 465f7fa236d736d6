import { request as requestHttp } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { TelemetryError } from "@charm/telemetry-core";
import type { Outcome, TelemetryErrorCode } from "@charm/telemetry-core";
import {
  RETRY_POLICY,
  describeFailure,
  judge,
  oneLine,
  parseRetryAfter,
  systemClock,
  wait,
} from "@charm/telemetry-core/kit";
import type { Clock, Reporter, RetryPolicy } from "@charm/telemetry-core/kit";
import type { Envelope, Transport } from "@sentry/core";
import type { Dsn } from "./options.ts";
import type { Sdk } from "./sdk.ts";

type HttpModule = NonNullable<Parameters<Sdk["makeNodeTransport"]>[0]["httpModule"]>;

const MAX_ANSWER_BYTES = 4096;
/** Far beyond what is ever on its way: the transport would drop what is more. */
const MAX_IN_FLIGHT = 100_000;

export interface EnvelopeSenderOptions {
  readonly dsn: Dsn;
  readonly parts: Pick<Sdk, "getEnvelopeEndpointWithUrlEncodedAuth" | "makeNodeTransport">;
  /** What Sentry is told that it talks to. */
  readonly sdk: { readonly name: string; readonly version: string };
  readonly proxy: string | undefined;
  /** For one try. */
  readonly timeoutMs: number;
  readonly mask: (text: string) => string;
  readonly reporter: Reporter;
  readonly retry?: RetryPolicy;
  /** For all tries of one envelope, waits included. */
  readonly deadlineMs?: number;
  /** How long nothing is sent after the key has been refused. */
  readonly coolDownMs?: number;
  readonly clock?: Clock;
}

/** One request on its way, and what became of it. */
interface Attempt {
  readonly stop: AbortController;
  isStarted: boolean;
  /** The whole request was handed over: it may have arrived although no answer came. */
  isSent: boolean;
  bodyBytes: number;
  /** What a refusal says. */
  answer: string;
  retryAfterMs: number | undefined;
  timedOut: boolean;
}

type Tried =
  | { readonly kind: "status"; readonly status: number; readonly retryAfterMs?: number | undefined }
  | { readonly kind: "limited" }
  | { readonly kind: "failure"; readonly error: unknown; readonly isSent: boolean };

/**
 * Sends envelopes through the transport of Sentry's own SDK, which honours Sentry's rate limits, and says honestly what
 * became of each: the SDK itself reports success even for what was refused.
 *
 * What may be repeated (5xx, network failures) is tried again here; the SDK does not. What Sentry limits is dropped, as
 * Sentry asks of its clients. `delivered` means a 2xx.
 */
export class EnvelopeSender {
  readonly #options: Required<EnvelopeSenderOptions>;
  readonly #transport: Transport;
  readonly #told = new Set<string>();
  /** Whose request the transport is about to make. */
  #current: Attempt | undefined;
  #deniedUntilMs = 0;

  constructor(options: EnvelopeSenderOptions) {
    this.#options = { retry: RETRY_POLICY, deadlineMs: 60_000, coolDownMs: 60_000, clock: systemClock, ...options };
    const { dsn, parts, sdk, proxy } = options;
    this.#transport = parts.makeNodeTransport({
      url: parts.getEnvelopeEndpointWithUrlEncodedAuth({ ...dsn, publicKey: dsn.publicKey.reveal() }, undefined, sdk),
      bufferSize: MAX_IN_FLIGHT,
      recordDroppedEvent: () => {}, // `send` resolves without a status: that is told there
      httpModule: { request: this.#request },
      ...(proxy === undefined ? {} : { proxy }),
    });
  }

  /**
   * Sends one envelope with one item: of several, some could be limited and others not.
   *
   * @param signal stops everything: what is not acknowledged by then is `deadline`.
   */
  async send(envelope: Envelope, signal: AbortSignal): Promise<Outcome> {
    const { clock, retry, deadlineMs, reporter } = this.#options;
    const endMs = clock.now() + deadlineMs;
    let isAmbiguous = false;
    const unacknowledged = (outcome: Outcome): Outcome => (isAmbiguous ? "unknown" : outcome);
    for (let count = 1; ; count++) {
      if (clock.now() < this.#deniedUntilMs) return unacknowledged("rejected");
      if (count > 1) reporter.count("retries", 1);
      const attempt = newAttempt();
      const tried = await this.#try(envelope, attempt, Math.min(this.#options.timeoutMs, endMs - clock.now()), signal);
      if (attempt.isStarted) reporter.count("requests", 1);
      if (tried.kind === "limited") return unacknowledged(this.#limited());
      if (tried.kind === "failure" && signal.aborted) {
        this.#tell("deadline", "EXPORT_TIMEOUT", "had not answered when the process ended");
        return unacknowledged("deadline");
      }
      if (tried.kind === "status" && tried.status === 429)
        return unacknowledged(this.#limited(this.#words(tried, attempt)));

      const verdict = judge(tried, count, retry, Math.random());
      switch (verdict.action) {
        case "delivered":
          reporter.count("bytes", attempt.bodyBytes);
          return "delivered";
        case "split":
          return unacknowledged("too_large");
        case "denied":
          this.#deny(tried, attempt);
          return unacknowledged("rejected");
        case "rejected":
          this.#tell("rejected", "EXPORT_REJECTED", `refuses what was sent: ${this.#words(tried, attempt)}`);
          return unacknowledged("rejected");
        case "retry":
          isAmbiguous ||= tried.kind === "failure" && tried.isSent;
          if (count === retry.maxAttempts || clock.now() + verdict.waitMs >= endMs) {
            this.#tellTrouble(tried, attempt);
            return unacknowledged("retries");
          }
          if (!(await wait(clock, verdict.waitMs, signal))) {
            this.#tellTrouble(tried, attempt);
            return unacknowledged("deadline");
          }
      }
    }
  }

  async #try(envelope: Envelope, attempt: Attempt, timeoutMs: number, signal: AbortSignal): Promise<Tried> {
    const abort = (): void => attempt.stop.abort();
    const cancel = this.#options.clock.after(timeoutMs, () => {
      attempt.timedOut = true;
      abort();
    });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      this.#current = attempt;
      const { statusCode } = await this.#transport.send(envelope);
      if (statusCode === undefined) return { kind: "limited" };
      return { kind: "status", status: statusCode, retryAfterMs: attempt.retryAfterMs };
    } catch (error) {
      return { kind: "failure", error, isSent: attempt.isSent };
    } finally {
      cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  /** Called by the transport inside of `send`, and once more when a connection that was kept open has gone. */
  readonly #request: HttpModule["request"] = (options, callback) => {
    const attempt = this.#current;
    if (attempt === undefined || typeof options === "string" || options instanceof URL)
      throw new TelemetryError("CONTRACT", "the transport of @sentry/node has made a request of its own.");
    const make = this.#options.dsn.protocol === "https" ? requestHttps : requestHttp;
    const request: ClientRequest = make({ ...options, signal: attempt.stop.signal }, (response) =>
      receive(response, attempt, () => callback?.(response as IncomingMessage & { statusCode: number })),
    );
    request.on("socket", (socket) => {
      if (!socket.connecting) attempt.isStarted = true;
      else socket.once("connect", () => (attempt.isStarted = true));
    });
    request.on("pipe", (body) => body.on("data", (chunk: Buffer) => (attempt.bodyBytes += chunk.length)));
    request.on("finish", () => (attempt.isSent = true));
    request.on("error", () => {
      // The transport's own listener comes next, and may try again at once.
      attempt.bodyBytes = 0;
      this.#current = attempt;
    });
    return request;
  };

  #limited(said?: string): Outcome {
    const what = said === undefined ? "limits this project" : `limits this project: ${said}`;
    this.#tell("limited", "EXPORT_REJECTED", what, "What it does not take is dropped until it takes more.");
    return "rejected";
  }

  #deny(tried: Tried, attempt: Attempt): void {
    const { coolDownMs, clock } = this.#options;
    this.#deniedUntilMs = clock.now() + coolDownMs;
    this.#tell(
      "denied",
      "EXPORT_REJECTED",
      `refuses the key in SENTRY_DSN: ${this.#words(tried, attempt)}`,
      "Does the project still exist, and is the key enabled under Client Keys (DSN)? " +
        `Until it is accepted, one request is tried every ${Math.round(coolDownMs / 1000)} s and the rest is dropped.`,
    );
  }

  #tellTrouble(tried: Tried, attempt: Attempt): void {
    if (tried.kind === "status")
      this.#tell(`status ${tried.status}`, "EXPORT_UNREACHABLE", `fails: ${this.#words(tried, attempt)}`);
    else if (attempt.timedOut)
      this.#tell("timeout", "EXPORT_TIMEOUT", `does not answer: nothing came for ${this.#options.timeoutMs / 1000} s`);
    else this.#tell("network", "EXPORT_UNREACHABLE", `cannot be reached: ${this.#words(tried, attempt)}`);
  }

  /** The status and what Sentry said, or what the network did; without secrets. */
  #words(tried: Tried, attempt: Attempt): string {
    if (tried.kind === "failure") return describeFailure(tried.error);
    const { dsn, mask } = this.#options;
    return tried.kind === "limited" ? "" : mask(dsn.publicKey.redact(said(tried.status, attempt)));
  }

  /** People are told once of each kind; `health()` has the last. */
  #tell(kind: string, code: TelemetryErrorCode, what: string, fix?: string): void {
    const { dsn, reporter } = this.#options;
    const host = dsn.port === "" ? dsn.host : `${dsn.host}:${dsn.port}`;
    const error = new TelemetryError(code, `${host} ${what}.`, fix === undefined ? {} : { fix });
    reporter.fail(error);
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    reporter.warn(fix === undefined ? error.message : `${error.message} ${fix}`);
  }
}

function newAttempt(): Attempt {
  return {
    stop: new AbortController(),
    isStarted: false,
    isSent: false,
    bodyBytes: 0,
    answer: "",
    retryAfterMs: undefined,
    timedOut: false,
  };
}

/** Hands a 2xx on at once, another answer when the start of its text is there. */
function receive(response: IncomingMessage, attempt: Attempt, next: () => void): void {
  const { statusCode = 0, headers } = response;
  if (statusCode < 300) return next();
  if (statusCode >= 500) {
    attempt.retryAfterMs = parseRetryAfter(headers["retry-after"], Date.now());
    // The transport would take it for a limit of the project, and drop what comes meanwhile.
    delete headers["retry-after"];
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    attempt.answer = Buffer.concat(chunks).toString("utf8", 0, MAX_ANSWER_BYTES);
    next();
  };
  response.on("data", (chunk: Buffer) => {
    if (bytes < MAX_ANSWER_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  });
  response.on("end", finish).on("error", finish).on("close", finish);
}

function said(status: number, { answer }: Attempt): string {
  const text = oneLine(answer);
  return text === "" ? String(status) : `${status} ${text}`;
}
