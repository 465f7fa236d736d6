import type { Item } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Sends what its backend cannot read. */
export class Unreadable extends WellBehavedExporter {
  protected override encode(batch: readonly Item[]): string {
    return batch.map((item) => JSON.stringify(item)).join("\n");
  }
}
