import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Dispatcher } from "undici";
import type { Outcome } from "../exporter.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { openConnections } from "./connections.ts";
import { post } from "./http-post.ts";
import type { Reporter } from "./reporter.ts";
import { joinBody, sendInRequests } from "./request-plan.ts";
import type { Envelope, RequestLimits } from "./request-plan.ts";
import { RETRY_LIMITS, RetryLayer } from "./retry-layer.ts";
import type { Deadline, RetryLimits } from "./retry-layer.ts";
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

export interface HttpSenderDefaults extends RequestLimits, RetryLimits {
  readonly contentType: string;
  readonly compress: boolean;
  readonly connections: number;
  /** Where `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are looked up. */
  readonly environment: NodeJS.ProcessEnv;
}

export const SENDER_DEFAULTS: HttpSenderDefaults = {
  ...RETRY_LIMITS,
  maxRequestBytes: 5 * 1024 * 1024,
  maxRequestItems: 1000,
  contentType: "application/json",
  compress: false,
  connections: 4,
  environment: process.env,
};

const compressed = promisify(gzip);

/**
 * Posts batches of encoded items to one URL and says honestly what became of each.
 *
 * Tries again after 408, 429, 5xx and network failures, honouring `Retry-After`; halves what is too large (413); pauses
 * after 401 and 403. No other layer may retry. `delivered` means a 2xx. When the answer to a request that was sent
 * whole is lost it is tried again, so that the backend may get it twice; if no try is answered, the outcome is `unknown`.
 */
export class HttpSender {
  readonly #options: HttpSenderOptions & HttpSenderDefaults & { readonly clock: Clock };
  readonly #connections: Promise<Dispatcher>;
  readonly #retries: RetryLayer;

  /** @throws TelemetryError `INVALID_OPTION` for a proxy variable that holds no URL. */
  constructor(options: HttpSenderOptions) {
    this.#options = { ...SENDER_DEFAULTS, clock: systemClock, ...options };
    const { url, environment, connections, requestTimeoutMs } = this.#options;
    this.#connections = openConnections({ url, environment, connections, connectTimeoutMs: requestTimeoutMs });
    this.#connections.catch(() => {}); // whoever sends is told
    this.#retries = new RetryLayer({ ...this.#options, host: url.host });
  }

  /**
   * Sends items in as few requests as the limits allow.
   *
   * @param items encoded; what stands around and between them is the envelope's.
   * @param signal stops everything: what is not acknowledged by then is `deadline`.
   * @returns one outcome for each item, in order.
   */
  async send(items: readonly string[], signal: AbortSignal): Promise<Outcome[]> {
    const deadline = this.deadline(signal);
    const outcomes = await sendInRequests(items, this.#options.envelope, this.#options, async (part) =>
      this.#request(await this.#encode(part), this.#headers(), deadline),
    );
    if (outcomes.includes("too_large")) this.#retries.troubles.tooLarge();
    return outcomes;
  }

  /**
   * For a batch that begins now, and goes by {@link sendBody}.
   *
   * @param signal stops everything: what is not acknowledged by then is `deadline`.
   */
  deadline(signal: AbortSignal): Deadline {
    return this.#retries.deadline(signal);
  }

  /**
   * Sends one body that is whole already, such as one that a vendor's SDK has encoded.
   *
   * @param headers in lower case; the credential's is set by the sender.
   * @param deadline one for all bodies of a batch.
   * @returns `split` where the body is too large, by the sender's own limit or the backend's.
   */
  async sendBody(
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
  ): Promise<Outcome | "split"> {
    if (body.length > this.#options.maxRequestBytes) return "split";
    return this.#request(body, { ...this.#headers(), ...headers }, deadline);
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    const connections = await this.#connections.catch(() => undefined);
    await connections?.destroy();
  }

  async #encode(items: readonly string[]): Promise<Buffer> {
    const body = joinBody(items, this.#options.envelope);
    return this.#options.compress ? compressed(body) : body;
  }

  #headers(): Record<string, string> {
    const { contentType, compress, idempotencyHeader } = this.#options;
    return {
      "content-type": contentType,
      ...this.#options.headers,
      ...(compress ? { "content-encoding": "gzip" } : {}),
      ...(idempotencyHeader === undefined ? {} : { [idempotencyHeader]: randomUUID() }),
    };
  }

  async #request(body: Buffer, headers: Record<string, string>, deadline: Deadline): Promise<Outcome | "split"> {
    const { url, credential, reporter } = this.#options;
    const request = { url, headers: { ...headers, [credential.header]: credential.key.reveal() }, body };
    const connections = await this.#connections;
    const outcome = await this.#retries.deliver((signal) => post(connections, { ...request, signal }), deadline);
    if (outcome === "delivered") reporter.count("bytes", body.length);
    return outcome;
  }
}
