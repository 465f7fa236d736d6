import { request as requestHttp } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { TelemetryError } from "@charm/telemetry-core";
import type { Limited, PostResult } from "@charm/telemetry-core/kit";
import type { Envelope as SentryEnvelope, Transport } from "@sentry/core";
import type { SentryOptions } from "./options.ts";
import type { SdkParts } from "./sdk.ts";

type HttpModule = NonNullable<Parameters<SdkParts["makeNodeTransport"]>[0]["httpModule"]>;

const MAX_ANSWER_BYTES = 4096;
/** Far beyond what is ever on its way: the transport would drop what is more. */
const MAX_IN_FLIGHT = 100_000;

/** One request on its way, and what became of it. */
interface Flight {
  readonly signal: AbortSignal;
  /** A connection came about: there was a request. */
  isStarted: boolean;
  /** The whole request was handed over: it may have arrived although no answer came. */
  isSent: boolean;
  /** As sent. */
  bodyBytes: number;
  /** The start of what a refusal says. */
  text: string;
  headers: Record<string, string>;
}

/**
 * Sends an envelope once, through the transport of Sentry's own SDK, which honours Sentry's rate limits, and says
 * honestly what became of it: the SDK itself reports success even for what was refused.
 */
export class SentryTransport {
  readonly #transport: Transport;
  readonly #make: typeof requestHttp;
  /** What a connection says when it can take a request. */
  readonly #connected: "connect" | "secureConnect";
  /** Whose request the transport is about to make. */
  #current: Flight | undefined;

  constructor({ dsn, proxy }: SentryOptions, parts: SdkParts) {
    this.#make = dsn.protocol === "https" ? requestHttps : requestHttp;
    this.#connected = dsn.protocol === "https" ? "secureConnect" : "connect";
    const address = { ...dsn, publicKey: dsn.publicKey.reveal() };
    this.#transport = parts.makeNodeTransport({
      url: parts.getEnvelopeEndpointWithUrlEncodedAuth(address, undefined, parts.identity),
      bufferSize: MAX_IN_FLIGHT,
      recordDroppedEvent: () => {}, // `send` resolves without a status: that is told there
      httpModule: { request: this.#request },
      ...(proxy === undefined ? {} : { proxy }),
    });
  }

  /** Never rejects. `limited`: Sentry says so now, or said so before, so that nothing was sent. */
  async send(
    envelope: SentryEnvelope,
    signal: AbortSignal,
  ): Promise<{ result: PostResult | Limited; bodyBytes: number }> {
    const flight: Flight = { signal, isStarted: false, isSent: false, bodyBytes: 0, text: "", headers: {} };
    const result = await this.#send(envelope, flight);
    return { result, bodyBytes: flight.bodyBytes };
  }

  async #send(envelope: SentryEnvelope, flight: Flight): Promise<PostResult | Limited> {
    try {
      this.#current = flight;
      const { statusCode: status } = await this.#transport.send(envelope);
      const { isStarted, text, headers } = flight;
      if (status === undefined) return { kind: "limited", isStarted, text: "" };
      if (status === 429) return { kind: "limited", isStarted, text: `429 ${text}` };
      return { kind: "status", status, headers, text };
    } catch (error) {
      const { signal, isStarted, isSent } = flight;
      return { kind: "failure", error: signal.aborted ? signal.reason : error, isStarted, isSent };
    }
  }

  /** Called by the transport inside of `send`, and once more when a connection that was kept open has gone. */
  readonly #request: HttpModule["request"] = (options, callback) => {
    const flight = this.#current;
    if (flight === undefined || typeof options === "string" || options instanceof URL)
      throw new TelemetryError("CONTRACT", "the transport of @sentry/node has made a request of its own.");
    const request: ClientRequest = this.#make({ ...options, signal: flight.signal }, (response) =>
      receive(response, flight, () => callback?.(response as IncomingMessage & { statusCode: number })),
    );
    request.on("socket", (socket) => {
      if (!socket.connecting) flight.isStarted = true;
      else socket.once(this.#connected, () => (flight.isStarted = true));
    });
    request.on("pipe", (body) => body.on("data", (chunk: Buffer) => (flight.bodyBytes += chunk.length)));
    request.on("finish", () => (flight.isSent = true));
    request.on("error", () => {
      // The transport's own listener comes next, and may try again at once.
      flight.bodyBytes = 0;
      this.#current = flight;
    });
    return request;
  };
}

/** Hands a 2xx on at once, another answer when the start of its text is there. */
function receive(response: IncomingMessage, flight: Flight, next: () => void): void {
  const { statusCode = 0, headers } = response;
  if (statusCode < 300) return next();
  if (statusCode >= 500) {
    const { "retry-after": retryAfter } = headers;
    if (retryAfter !== undefined) flight.headers = { "retry-after": retryAfter };
    // The transport would take it for a limit of the project, and drop what comes meanwhile.
    delete headers["retry-after"];
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    flight.text = Buffer.concat(chunks).toString("utf8", 0, MAX_ANSWER_BYTES);
    next();
  };
  response.on("data", (chunk: Buffer) => {
    if (bytes < MAX_ANSWER_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  });
  response.on("end", finish).on("error", finish).on("close", finish);
}
