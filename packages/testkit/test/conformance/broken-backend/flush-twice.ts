import type { Item } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Sends its last batch again when there is nothing new. */
export class RepeatingFlush extends WellBehavedExporter {
  #last: readonly Item[] = [];

  override async flush(signal: AbortSignal): Promise<void> {
    const items = this.takeWaiting();
    if (items.length === 0 && !this.isShutDown) await this.post(this.encode(this.#last), signal);
    else for (const batch of this.batchesOf(items)) await this.deliver(batch, signal);
    if (items.length > 0) this.#last = items;
  }
}
