import { TelemetryError } from "@charm/telemetry-core";
import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { HttpSender, SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { encodeSpan, envelopeOf, isTooOld } from "./encode.ts";
import { DEFAULTS, resolveOptions } from "./options.ts";

/** Sends runs, tool calls and LLM calls to Datadog LLM Observability. Configured by environment variables alone. */
export class DatadogExporter extends SpanTelemetryExporter {
  #sender: HttpSender | undefined;
  #maxSpanBytes: number = DEFAULTS.maxRequestBytes;

  constructor() {
    super({ batchSize: DEFAULTS.batchSize, flushIntervalMs: DEFAULTS.flushIntervalMs });
  }

  protected override connect(info: StartInfo): void {
    const resolved = resolveOptions(process.env, info.agent);
    if ("disabled" in resolved) return this.disable(resolved.disabled);
    const { apiKey, endpoint, timeoutMs, batchSize, maxRequestBytes } = resolved.options;
    const envelope = envelopeOf(resolved.options);
    this.#maxSpanBytes = maxRequestBytes - Buffer.byteLength(envelope.open + envelope.close);
    try {
      this.#sender = new HttpSender({
        url: endpoint,
        headers: { "user-agent": `charm-telemetry/${info.runtime.telemetryVersion} node/${info.runtime.version}` },
        credential: {
          header: "dd-api-key",
          key: apiKey,
          advice: "Is it an API key (not an application key) of the account at DD_SITE?",
        },
        envelope,
        maxRequestBytes,
        maxRequestItems: batchSize,
        requestTimeoutMs: timeoutMs,
        retryAfterHeaders: ["retry-after", "x-ratelimit-reset"],
        mask: (text) => info.mask(text),
        reporter: this.reporter,
      });
    } catch (error) {
      if (!TelemetryError.is(error)) throw error;
      this.disable(error.message);
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

  protected override release(): Promise<void> | undefined {
    return this.#sender?.close();
  }
}
