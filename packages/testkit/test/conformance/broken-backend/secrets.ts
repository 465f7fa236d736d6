import type { Item } from "./well-behaved.ts";
import type { StartInfo } from "@charm/telemetry-core";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Sends the key with its items. */
export class KeyInBody extends WellBehavedExporter {
  protected override encode(batch: readonly Item[]): string {
    return JSON.stringify(batch.map((item) => ({ ...item, key: this.key })));
  }
}

/** Says all that the backend says. */
export class Talkative extends WellBehavedExporter {
  protected override refused(status: number, text: string): void {
    this.warn(`the backend answers ${status}: ${text}`);
  }
}

/** Keeps its options with its errors. */
export class Careless extends WellBehavedExporter {
  protected override refused(status: number, text: string): void {
    super.refused(status, text);
    this.fail(Object.assign(new Error("refused"), { options: { key: this.key } }));
  }
}

/** Joins tokens, and masks nothing. */
export class Maskless extends WellBehavedExporter {
  override start(info: StartInfo): void {
    super.start(info);
    this.mask = (text) => text;
  }
}
