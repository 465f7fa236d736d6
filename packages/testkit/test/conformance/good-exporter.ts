import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { HttpSender, Secret, SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import type { FinishedSpan } from "@charm/telemetry-core/kit";

/** Sends finished spans as JSON, as the exporters' guide has it. */
export class GoodExporter extends SpanTelemetryExporter {
  #sender: HttpSender | undefined;

  protected override connect(info: StartInfo): void {
    const { ACME_API_KEY: key, ACME_ENDPOINT: endpoint } = process.env;
    if (!key || !endpoint) return this.disable("no key. Set ACME_API_KEY and ACME_ENDPOINT.");
    this.#sender = new HttpSender({
      url: new URL("/spans", endpoint),
      credential: { header: "x-acme-key", key: new Secret(key, "ACME_API_KEY"), advice: "Is ACME_API_KEY right?" },
      envelope: { open: "[", separator: ",", close: "]" },
      mask: (text) => info.mask(text),
      reporter: this.reporter,
    });
  }

  protected override async send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | Outcome[]> {
    return this.#sender?.send(spans.map(encode), signal) ?? "disabled";
  }

  protected override release(): Promise<void> | undefined {
    return this.#sender?.close();
  }
}

function encode(span: FinishedSpan): string {
  return JSON.stringify({
    ...span,
    error: span.error === undefined ? undefined : { name: span.error.name, message: span.error.message },
  });
}
