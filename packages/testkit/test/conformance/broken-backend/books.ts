import type { Item } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Settles a run's last event twice. */
export class Overdone extends WellBehavedExporter {
  protected override async deliver(batch: readonly Item[], signal: AbortSignal): Promise<void> {
    await super.deliver(batch, signal);
    if (batch.some(({ text }) => text.startsWith("onError"))) this.settle(1, "delivered");
  }
}

/** Counts units that nobody has acknowledged, when some of its events fail. */
export class Overcounting extends WellBehavedExporter {
  protected override async deliver(batch: readonly Item[], signal: AbortSignal): Promise<void> {
    await super.deliver(batch, signal);
    if (batch.some(({ text }) => text.startsWith("onError"))) this.count("spans", 1);
  }
}
