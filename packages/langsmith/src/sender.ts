import type { Outcome, StartInfo } from "@charm/telemetry-core";
import { HttpSender } from "@charm/telemetry-core/kit";
import type { Reporter } from "@charm/telemetry-core/kit";
import { LIMITS } from "./options.ts";
import type { LangsmithOptions } from "./options.ts";
import { RunIngest } from "./run-ingest.ts";
import type { Operation } from "./run-ingest.ts";

/** Sends runs to LangSmith and says what became of each. */
export class LangsmithSender {
  readonly #http: HttpSender;
  readonly #ingest: RunIngest;
  readonly #closed = new AbortController();

  /** @throws TelemetryError `INVALID_OPTION` for a proxy variable that holds no URL. */
  constructor(options: LangsmithOptions, info: StartInfo, reporter: Reporter) {
    this.#http = new HttpSender({
      url: new URL(`${options.apiUrl}/runs/multipart`),
      credential: {
        header: "x-api-key",
        key: options.apiKey,
        advice: "Does it belong to the region of LANGSMITH_ENDPOINT, and does it need LANGSMITH_WORKSPACE_ID?",
      },
      envelope: { open: "", separator: "", close: "" },
      maxRequestBytes: LIMITS.maxRequestBytes,
      requestTimeoutMs: LIMITS.timeoutMs,
      mask: (text) => info.mask(text),
      reporter,
    });
    this.#ingest = new RunIngest(options, this.#http);
  }

  /**
   * Sends operations in one request, or in several where they are too large for one. No run may be in two operations at
   * a time.
   *
   * @param signal stops everything: what is not acknowledged by then is `deadline`. Unless given, {@link close} does.
   * @returns one outcome for each, in order.
   */
  async send(operations: readonly Operation[], signal: AbortSignal = this.#closed.signal): Promise<Outcome[]> {
    return operations.length === 0 ? [] : this.#ingest.send(operations, signal);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#http.close();
  }
}
