import { TelemetryError } from "@charm/telemetry-core";
import type { Outcome, StartInfo, TelemetryErrorCode } from "@charm/telemetry-core";
import {
  SENDER_DEFAULTS,
  describeFailure,
  judge,
  oneLine,
  planRequests,
  systemClock,
  wait,
} from "@charm/telemetry-core/kit";
import type { Reporter } from "@charm/telemetry-core/kit";
import type { DynamicSamplingContext, Envelope, ErrorEvent } from "@sentry/core";
import { SPAN_ITEM } from "./encode.ts";
import type { Trace } from "./encode.ts";
import type { SentryOptions } from "./options.ts";
import { identityOf } from "./sdk.ts";
import type { Sdk, SdkIdentity } from "./sdk.ts";
import { SentryTransport } from "./transport.ts";
import type { Tried } from "./transport.ts";

const MAX_ITEM_SPANS = 1000;

/**
 * Sends envelopes to Sentry and says what became of each.
 *
 * What may be repeated (5xx, network failures) is tried again here; the SDK does not. What Sentry limits is dropped, as
 * Sentry asks of its clients. `delivered` means a 2xx.
 */
export class SentrySender {
  /** Of one encoded span. */
  readonly maxSpanBytes: number;
  readonly #options: SentryOptions;
  readonly #sdk: SdkIdentity;
  readonly #transport: SentryTransport;
  readonly #mask: (text: string) => string;
  readonly #reporter: Reporter;
  readonly #told = new Set<string>();
  #deniedUntilMs = 0;

  constructor(options: SentryOptions, parts: Sdk, info: StartInfo, reporter: Reporter) {
    this.maxSpanBytes = options.maxItemBytes - Buffer.byteLength(SPAN_ITEM.open + SPAN_ITEM.close);
    this.#options = options;
    this.#sdk = identityOf(parts);
    this.#transport = new SentryTransport(options, parts);
    this.#mask = (text) => info.mask(text);
    this.#reporter = reporter;
  }

  /**
   * Sends spans of one trace in as few requests as the limits allow.
   *
   * @param spans encoded.
   * @param signal stops everything: what is not acknowledged by then is `deadline`.
   * @returns one outcome for each, in order.
   */
  async send(spans: readonly string[], trace: Trace, signal: AbortSignal): Promise<Outcome[]> {
    const outcomes = Array.from<Outcome>({ length: spans.length }).fill("too_large");
    const deliver = async (from: number, to: number): Promise<void> => {
      const outcome = await this.#deliver(this.#spanEnvelope(spans.slice(from, to), trace), signal);
      if (outcome === "too_large" && to - from > 1) {
        const middle = (from + to) >> 1;
        await deliver(from, middle);
        await deliver(middle, to);
      } else outcomes.fill(outcome, from, to);
    };
    const limits = { maxRequestBytes: this.#options.maxItemBytes, maxRequestItems: MAX_ITEM_SPANS };
    for (const { from, to } of planRequests(spans, SPAN_ITEM, limits)) await deliver(from, to);
    return outcomes;
  }

  /** Sends an error, in a request of its own: of several items, some could be limited and others not. */
  sendError(event: ErrorEvent & { readonly event_id: string }, trace: Trace, signal: AbortSignal): Promise<Outcome> {
    const header = { event_id: event.event_id, ...this.#header(trace) };
    return this.#deliver([header, [[{ type: "event" }, event]]], signal);
  }

  #spanEnvelope(spans: readonly string[], trace: Trace): Envelope {
    const itemHeader = {
      type: "span",
      item_count: spans.length,
      content_type: "application/vnd.sentry.items.span.v2+json",
    } as const;
    const payload = SPAN_ITEM.open + spans.join(SPAN_ITEM.separator) + SPAN_ITEM.close;
    // Text goes out as it is. The SDK's types want objects, which it would only turn into the same text.
    return [this.#header(trace), [[itemHeader, payload as never]]];
  }

  #header(trace: Trace): { sent_at: string; sdk: SdkIdentity; trace: DynamicSamplingContext } {
    const publicKey = this.#options.dsn.publicKey.reveal();
    return { sent_at: new Date().toISOString(), sdk: this.#sdk, trace: { public_key: publicKey, ...trace } };
  }

  async #deliver(envelope: Envelope, signal: AbortSignal): Promise<Outcome> {
    const endMs = systemClock.now() + SENDER_DEFAULTS.deadlineMs;
    let isAmbiguous = false;
    const unacknowledged = (outcome: Outcome): Outcome => (isAmbiguous ? "unknown" : outcome);
    for (let attempt = 1; ; attempt++) {
      if (systemClock.now() < this.#deniedUntilMs) return unacknowledged("rejected");
      if (attempt > 1) this.#reporter.count("retries", 1);
      const tried = await this.#transport.send(envelope, endMs - systemClock.now(), signal);
      if (tried.isStarted) this.#reporter.count("requests", 1);
      if (tried.kind === "limited" || (tried.kind === "status" && tried.status === 429)) {
        this.#tellLimit(tried);
        return unacknowledged("rejected");
      }
      if (tried.kind === "failure" && signal.aborted) {
        this.#tell("deadline", "EXPORT_TIMEOUT", "had not answered when the process ended");
        return unacknowledged("deadline");
      }
      const verdict = judge(tried, attempt, SENDER_DEFAULTS, Math.random());
      switch (verdict.action) {
        case "delivered":
          this.#reporter.count("bytes", tried.bodyBytes);
          return "delivered";
        case "split":
          return unacknowledged("too_large");
        case "denied":
          this.#deny(tried);
          return unacknowledged("rejected");
        case "rejected":
          this.#tell("rejected", "EXPORT_REJECTED", `refuses what was sent: ${this.#said(tried)}`);
          return unacknowledged("rejected");
        case "retry":
          isAmbiguous ||= tried.kind === "failure" && tried.isSent;
          if (attempt === SENDER_DEFAULTS.maxAttempts || systemClock.now() + verdict.waitMs >= endMs) {
            this.#tellTrouble(tried);
            return unacknowledged("retries");
          }
          this.#noteTrouble(tried);
          if (!(await wait(systemClock, verdict.waitMs, signal))) {
            this.#tellTrouble(tried);
            return unacknowledged("deadline");
          }
      }
    }
  }

  #deny(tried: Tried): void {
    const { coolDownMs } = SENDER_DEFAULTS;
    this.#deniedUntilMs = systemClock.now() + coolDownMs;
    this.#tell(
      "denied",
      "EXPORT_REJECTED",
      `refuses the key in SENTRY_DSN: ${this.#said(tried)}`,
      "Does the project still exist, and is the key enabled under Client Keys (DSN)? " +
        `Until it is accepted, one request is tried every ${Math.round(coolDownMs / 1000)} s and the rest is dropped.`,
    );
  }

  #tellLimit(tried: Tried): void {
    const what = tried.kind === "limited" ? "limits this project" : `limits this project: ${this.#said(tried)}`;
    this.#tell("limited", "EXPORT_REJECTED", what, "What it does not take is dropped until it takes more.");
  }

  /** A try has failed that will be repeated: nothing to tell people yet. */
  #noteTrouble(tried: Tried): void {
    const [, code, what] = this.#troubleOf(tried);
    this.#keep(code, what);
  }

  #tellTrouble(tried: Tried): void {
    this.#tell(...this.#troubleOf(tried));
  }

  #troubleOf(tried: Tried): [kind: string, code: TelemetryErrorCode, what: string] {
    if (tried.kind === "status") return [`status ${tried.status}`, "EXPORT_UNREACHABLE", `fails: ${this.#said(tried)}`];
    if (tried.kind === "failure" && tried.isTimeout)
      return ["timeout", "EXPORT_TIMEOUT", `does not answer: nothing came for ${this.#options.timeoutMs / 1000} s`];
    return ["network", "EXPORT_UNREACHABLE", `cannot be reached: ${this.#said(tried)}`];
  }

  /** The status and what Sentry said, or what the network did; without secrets. */
  #said(tried: Tried): string {
    if (tried.kind === "failure") return describeFailure(tried.error);
    if (tried.kind === "limited") return "";
    const text = oneLine(this.#mask(this.#options.dsn.publicKey.redact(tried.answer)));
    return text === "" ? String(tried.status) : `${tried.status} ${text}`;
  }

  /** For people, the first of its kind; for `health()`, the last of all. */
  #tell(kind: string, code: TelemetryErrorCode, what: string, fix?: string): void {
    const { message } = this.#keep(code, what, fix);
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#reporter.warn(fix === undefined ? message : `${message} ${fix}`);
  }

  #keep(code: TelemetryErrorCode, what: string, fix?: string): TelemetryError {
    const { host, port } = this.#options.dsn;
    const name = port === "" ? host : `${host}:${port}`;
    const error = new TelemetryError(code, `${name} ${what}.`, fix === undefined ? {} : { fix });
    this.#reporter.fail(error);
    return error;
  }
}
