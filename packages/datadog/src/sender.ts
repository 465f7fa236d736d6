import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { HttpSender } from "@charm/telemetry-core/kit";
import type { HttpSenderOptions, Reporter } from "@charm/telemetry-core/kit";
import { envelopeOf } from "./encode.ts";
import { LIMITS } from "./options.ts";
import type { DatadogOptions } from "./options.ts";
import { SideStream } from "./side-stream.ts";

const SERIES_ENVELOPE = { open: '{"series":[', separator: ",", close: "]}" };
const LOGS_ENVELOPE = { open: "[", separator: ",", close: "]" };
// Those of Datadog: 500 KiB of series as sent, 5 MB and 1000 logs.
const MAX_SERIES_BYTES = 500 * 1024;
const MAX_LOGS_BYTES = 5_000_000;
const MAX_LOGS = 1000;

type Endpoint = Pick<HttpSenderOptions, "url" | "envelope" | "maxRequestBytes" | "maxRequestItems">;

/** Posts spans to Datadog and says what became of each. Beside them go metrics and logs, unless they are switched off. */
export class DatadogSender {
  /** Of one encoded span. */
  readonly maxSpanBytes: number;
  readonly metrics: SideStream | undefined;
  readonly logs: SideStream | undefined;
  readonly #spans: HttpSender;

  /** @throws TelemetryError `INVALID_OPTION` for a proxy variable that holds no URL. */
  constructor(options: DatadogOptions, info: StartInfo, reporter: Reporter) {
    const common: Omit<HttpSenderOptions, keyof Endpoint> = {
      headers: { "user-agent": `charm-telemetry/${info.runtime.telemetryVersion} node/${info.runtime.version}` },
      credential: {
        header: "dd-api-key",
        key: options.apiKey,
        advice: "Is it an API key (not an application key) of the account at DD_SITE?",
      },
      requestTimeoutMs: LIMITS.timeoutMs,
      retryAfterHeaders: ["retry-after", "x-ratelimit-reset"],
      mask: (text) => info.mask(text),
      reporter,
    };
    const { maxRequestBytes, batchSize } = LIMITS;
    const { endpoints } = options;
    const envelope = envelopeOf(options);
    this.maxSpanBytes = maxRequestBytes - Buffer.byteLength(envelope.open + envelope.close);
    this.#spans = new HttpSender({
      ...common,
      url: endpoints.spans,
      envelope,
      maxRequestBytes,
      maxRequestItems: batchSize,
    });

    const openStream = (what: string, endpoint: Endpoint): SideStream =>
      new SideStream({
        what,
        sender: { ...common, ...endpoint, connections: 1 },
        flushIntervalMs: LIMITS.flushIntervalMs,
        reporter,
      });
    this.metrics =
      endpoints.series &&
      openStream("metrics", { url: endpoints.series, envelope: SERIES_ENVELOPE, maxRequestBytes: MAX_SERIES_BYTES });
    this.logs =
      endpoints.logs &&
      openStream("logs of errors", {
        url: endpoints.logs,
        envelope: LOGS_ENVELOPE,
        maxRequestBytes: MAX_LOGS_BYTES,
        maxRequestItems: MAX_LOGS,
      });
  }

  /**
   * Sends spans in as few requests as the limits allow.
   *
   * @param spans encoded.
   * @returns one outcome for each, in order.
   */
  send(spans: readonly string[], signal: AbortSignal): Promise<Outcome[]> {
    return this.#spans.send(spans, signal);
  }

  /** Delivers the metrics and logs that wait. */
  async flush(signal: AbortSignal): Promise<void> {
    await Promise.all([this.metrics?.flush(signal), this.logs?.flush(signal)]);
  }

  /** Likewise, for the last time: closes their connections. Those of the spans stay until {@link close}. */
  async shutdown(signal: AbortSignal): Promise<void> {
    await Promise.all([this.metrics?.shutdown(signal), this.logs?.shutdown(signal)]);
  }

  async close(): Promise<void> {
    await this.#spans.close();
  }
}
