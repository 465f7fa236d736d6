import { TelemetryError } from "@charm/telemetry-core";
import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { HttpSender, SpanTelemetryExporter, systemClock } from "@charm/telemetry-core/kit";
import type { FinishedSpan, HttpSenderOptions } from "@charm/telemetry-core/kit";
import { encodeSpan, envelopeOf, isTooOld } from "./encode.ts";
import { encodeErrorLog } from "./error-log.ts";
import type { LogSurroundings } from "./error-log.ts";
import { MetricsWindow, WINDOW_SECONDS } from "./metrics.ts";
import { DEFAULTS, resolveOptions } from "./options.ts";
import type { DatadogOptions } from "./options.ts";
import { SideStream } from "./side-stream.ts";

const SERIES_ENVELOPE = { open: '{"series":[', separator: ",", close: "]}" };
const LOGS_ENVELOPE = { open: "[", separator: ",", close: "]" };
// Those of Datadog: 500 KiB of series as sent, 5 MB and 1000 logs.
const MAX_SERIES_BYTES = 500 * 1024;
const MAX_LOGS_BYTES = 5_000_000;
const MAX_LOGS = 1000;

/**
 * Sends runs, tool calls and LLM calls to Datadog LLM Observability, with metrics of all of them and a log of each error.
 * Configured by environment variables alone.
 */
export class DatadogExporter extends SpanTelemetryExporter {
  #sender: HttpSender | undefined;
  #maxSpanBytes: number = DEFAULTS.maxRequestBytes;
  #metrics: { readonly window: MetricsWindow; readonly stream: SideStream } | undefined;
  #errorLogs: { readonly surroundings: LogSurroundings; readonly stream: SideStream } | undefined;
  #cancelWindow: (() => void) | undefined;

  constructor() {
    super({ batchSize: DEFAULTS.batchSize, flushIntervalMs: DEFAULTS.flushIntervalMs });
  }

  protected override connect(info: StartInfo): void {
    const resolved = resolveOptions(process.env, info.agent);
    if ("disabled" in resolved) return this.disable(resolved.disabled);
    try {
      this.#open(resolved.options, info);
    } catch (error) {
      if (!TelemetryError.is(error)) throw error;
      this.disable(error.message);
    }
  }

  protected override observe(span: FinishedSpan): void {
    if (this.#metrics !== undefined) {
      this.#metrics.window.add(span);
      this.#openWindow();
    }
    if (this.#errorLogs !== undefined) {
      const log = encodeErrorLog(span, this.#errorLogs.surroundings, Date.now());
      if (log !== undefined) this.#errorLogs.stream.add(log);
    }
  }

  protected override async send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | Outcome[]> {
    const sender = this.#sender;
    if (sender === undefined) return "disabled";
    const now = Date.now();
    const fresh = spans.filter((span) => !isTooOld(span, now));
    if (fresh.length < spans.length)
      this.warn("spans that began more than 24 hours ago are dropped: Datadog takes none.");
    const sent = await sender.send(
      fresh.map((span) => encodeSpan(span, this.#maxSpanBytes)),
      signal,
    );
    const outcomes = new Map(fresh.map((span, index) => [span, sent[index]]));
    return spans.map((span) => outcomes.get(span) ?? "rejected");
  }

  override async flush(signal: AbortSignal): Promise<void> {
    this.#closeWindow();
    await Promise.all([
      super.flush(signal),
      this.#metrics?.stream.flush(signal),
      this.#errorLogs?.stream.flush(signal),
    ]);
  }

  override async shutdown(signal: AbortSignal): Promise<void> {
    // Gives up open spans first, which are seen by `observe`.
    const spans = super.shutdown(signal);
    this.#closeWindow();
    await Promise.all([spans, this.#metrics?.stream.shutdown(signal), this.#errorLogs?.stream.shutdown(signal)]);
  }

  protected override release(): Promise<void> | undefined {
    return this.#sender?.close();
  }

  #open(options: DatadogOptions, info: StartInfo): void {
    const { apiKey, endpoints, mlApp, tags, service, host } = options;
    const common: Omit<HttpSenderOptions, "url" | "envelope"> = {
      headers: { "user-agent": `charm-telemetry/${info.runtime.telemetryVersion} node/${info.runtime.version}` },
      credential: {
        header: "dd-api-key",
        key: apiKey,
        advice: "Is it an API key (not an application key) of the account at DD_SITE?",
      },
      requestTimeoutMs: options.timeoutMs,
      retryAfterHeaders: ["retry-after", "x-ratelimit-reset"],
      mask: (text) => info.mask(text),
      reporter: this.reporter,
    };
    const envelope = envelopeOf(options);
    this.#maxSpanBytes = options.maxRequestBytes - Buffer.byteLength(envelope.open + envelope.close);
    this.#sender = new HttpSender({
      ...common,
      url: endpoints.spans,
      envelope,
      maxRequestBytes: options.maxRequestBytes,
      maxRequestItems: options.batchSize,
    });
    const side = { ...common, connections: 1 };
    if (endpoints.series !== undefined) {
      const limits = { envelope: SERIES_ENVELOPE, maxRequestBytes: MAX_SERIES_BYTES };
      this.#metrics = {
        window: new MetricsWindow({ tags: [...tags, `agent:${mlApp}`], host }),
        stream: this.#sideStream("metrics", { ...side, ...limits, url: endpoints.series }),
      };
    }
    if (endpoints.logs !== undefined) {
      const limits = { envelope: LOGS_ENVELOPE, maxRequestBytes: MAX_LOGS_BYTES, maxRequestItems: MAX_LOGS };
      this.#errorLogs = {
        surroundings: { service, host, mlApp, tags },
        stream: this.#sideStream("logs of errors", { ...side, ...limits, url: endpoints.logs }),
      };
    }
  }

  #sideStream(what: string, sender: HttpSenderOptions): SideStream {
    return new SideStream({ what, sender, flushIntervalMs: DEFAULTS.flushIntervalMs, reporter: this.reporter });
  }

  #openWindow(): void {
    this.#cancelWindow ??= systemClock.after(WINDOW_SECONDS * 1000, () => this.#closeWindow());
  }

  #closeWindow(): void {
    this.#cancelWindow?.();
    this.#cancelWindow = undefined;
    if (this.#metrics === undefined) return;
    for (const series of this.#metrics.window.take(Date.now())) this.#metrics.stream.add(series);
  }
}
