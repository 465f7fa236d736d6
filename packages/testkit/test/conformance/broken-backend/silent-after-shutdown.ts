import { WellBehavedExporter } from "./well-behaved.ts";

/** Goes on as if it had not been shut down. */
export class Undead extends WellBehavedExporter {
  override async shutdown(signal: AbortSignal): Promise<void> {
    await this.sendAll(signal);
  }
}
