import { BatchQueue, HttpSender, QUEUE_LIMITS } from "@charm/telemetry-core/kit";
import type { HttpSenderOptions, Reporter } from "@charm/telemetry-core/kit";

export interface SideStreamOptions {
  readonly sender: HttpSenderOptions;
  /** What people are told when something of it is lost, such as `metrics`. */
  readonly what: string;
  readonly flushIntervalMs: number;
  readonly reporter: Reporter;
}

/**
 * What goes to Datadog beside the spans. It has the same bounds and the same single layer of retries as they have, but
 * no part in the account of events: an event's fate is that of its span.
 */
export class SideStream {
  readonly #sender: HttpSender;
  readonly #queue: BatchQueue<string>;

  constructor({ sender, what, flushIntervalMs, reporter }: SideStreamOptions) {
    this.#sender = new HttpSender(sender);
    this.#queue = new BatchQueue<string>(
      { ...QUEUE_LIMITS, flushIntervalMs, concurrency: 1 },
      {
        send: (items, signal) => this.#sender.send(items, signal),
        settle: (_, outcome) => {
          if (outcome !== "delivered") reporter.warn(`some ${what} were lost (${outcome}).`);
        },
        fail: (error) => reporter.fail(error),
      },
    );
  }

  /** @param item encoded. */
  add(item: string): void {
    this.#queue.add(item, item.length);
  }

  flush(signal: AbortSignal): Promise<void> {
    return this.#queue.flush(signal);
  }

  async shutdown(signal: AbortSignal): Promise<void> {
    await this.#queue.shutdown(signal);
    await this.#sender.close();
  }
}
