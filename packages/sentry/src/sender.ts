import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { RetryLayer, sendInRequests } from "@charm/telemetry-core/kit";
import type { Deadline, Reporter } from "@charm/telemetry-core/kit";
import type { DynamicSamplingContext, Envelope as SentryEnvelope, ErrorEvent } from "@sentry/core";
import { SPAN_ITEM } from "./encode.ts";
import type { Trace } from "./encode.ts";
import { LIMITS } from "./options.ts";
import type { SentryOptions } from "./options.ts";
import type { SdkIdentity, SdkParts } from "./sdk.ts";
import { SentryTransport } from "./transport.ts";

/**
 * Sends envelopes to Sentry and says what became of each.
 *
 * What may be repeated (5xx, network failures) is tried again by the kit's retry layer, not by the SDK. What Sentry limits
 * is dropped, as Sentry asks of its clients. `delivered` means a 2xx.
 */
export class SentrySender {
  /** Of one encoded span. */
  readonly maxSpanBytes: number;
  readonly #options: SentryOptions;
  readonly #identity: SdkIdentity;
  readonly #transport: SentryTransport;
  readonly #retries: RetryLayer;
  readonly #reporter: Reporter;

  constructor(options: SentryOptions, parts: SdkParts, info: StartInfo, reporter: Reporter) {
    this.maxSpanBytes = LIMITS.maxItemBytes - Buffer.byteLength(SPAN_ITEM.open + SPAN_ITEM.close);
    this.#options = options;
    this.#identity = parts.identity;
    this.#transport = new SentryTransport(options, parts);
    this.#reporter = reporter;
    const { host, port, publicKey } = options.dsn;
    this.#retries = new RetryLayer({
      host: port === "" ? host : `${host}:${port}`,
      credential: {
        key: publicKey,
        advice: "Does the project still exist, and is the key enabled under Client Keys (DSN)?",
      },
      requestTimeoutMs: LIMITS.timeoutMs,
      mask: (text) => info.mask(text),
      reporter,
    });
  }

  /**
   * Sends spans of one trace in as few requests as the limits allow.
   *
   * @param spans encoded.
   * @param signal stops everything: what is not acknowledged by then is `deadline`.
   * @returns one outcome for each, in order.
   */
  async send(spans: readonly string[], trace: Trace, signal: AbortSignal): Promise<Outcome[]> {
    const limits = { maxRequestBytes: LIMITS.maxItemBytes, maxRequestItems: LIMITS.maxItemSpans };
    const deadline = this.#retries.deadline(signal);
    return sendInRequests(spans, SPAN_ITEM, limits, (part) => this.#deliver(this.#spanEnvelope(part, trace), deadline));
  }

  /** Sends an error, in a request of its own: of several items, some could be limited and others not. */
  async sendError(
    event: ErrorEvent & { readonly event_id: string },
    trace: Trace,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const header = { event_id: event.event_id, ...this.#header(trace) };
    const envelope: SentryEnvelope = [header, [[{ type: "event" }, event]]];
    const outcome = await this.#deliver(envelope, this.#retries.deadline(signal));
    return outcome === "split" ? "too_large" : outcome;
  }

  #spanEnvelope(spans: readonly string[], trace: Trace): SentryEnvelope {
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
    return { sent_at: new Date().toISOString(), sdk: this.#identity, trace: { public_key: publicKey, ...trace } };
  }

  async #deliver(envelope: SentryEnvelope, deadline: Deadline): Promise<Outcome | "split"> {
    let bytes = 0;
    const outcome = await this.#retries.deliver(async (signal) => {
      const { bodyBytes, result } = await this.#transport.send(envelope, signal);
      bytes = bodyBytes;
      return result;
    }, deadline);
    if (outcome === "delivered") this.#reporter.count("bytes", bytes);
    return outcome;
  }
}
