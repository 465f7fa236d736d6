import type { Item } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Sends everything at once, whatever its size. */
export class Boundless extends WellBehavedExporter {
  protected override batchesOf(items: readonly Item[]): Item[][] {
    return items.length === 0 ? [] : [[...items]];
  }
}

/** Sends every text whole. */
export class Uncut extends WellBehavedExporter {
  protected override maxWaitingCharacters = 28 * 1024 * 1024;

  protected override cut(text: string): string {
    return text;
  }
}
