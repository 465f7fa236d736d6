import { TelemetryError } from "@charm/telemetry-core";
import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { HttpSender, SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { encodeSpan, envelopeOf } from "./encode.ts";
import { resolveOptions } from "./options.ts";

const MAX_REQUEST_BYTES = 1024 * 1024;

/** Sends the runs of an agent to Acme. Configured by environment variables alone. */
export class AcmeExporter extends SpanTelemetryExporter {
  #sender: HttpSender | undefined;
  #maxSpanBytes = MAX_REQUEST_BYTES;

  protected override connect(info: StartInfo): void {
    const options = resolveOptions(process.env);
    if ("disabled" in options) return this.disable(options.disabled);
    const envelope = envelopeOf(info.agent.name);
    this.#maxSpanBytes = MAX_REQUEST_BYTES - Buffer.byteLength(envelope.open + envelope.close);
    try {
      this.#sender = new HttpSender({
        url: options.endpoint,
        credential: {
          header: "x-api-key",
          key: options.apiKey,
          advice: "Does ACME_API_KEY belong to the account at ACME_ENDPOINT?",
        },
        envelope,
        maxRequestBytes: MAX_REQUEST_BYTES,
        mask: (text) => info.mask(text),
        reporter: this.reporter,
      });
    } catch (error) {
      if (!TelemetryError.is(error)) throw error;
      this.disable(error.message); // a proxy variable that holds no URL
    }
  }

  protected override async send(
    spans: readonly FinishedSpan[],
    signal: AbortSignal,
  ): Promise<Outcome | readonly Outcome[]> {
    if (this.#sender === undefined) return "disabled";
    const encoded = spans.map((span) => encodeSpan(span, this.#maxSpanBytes));
    return this.#sender.send(encoded, signal);
  }

  protected override release(): Promise<void> | undefined {
    return this.#sender?.close();
  }
}
