import { WellBehavedExporter } from "./well-behaved.ts";

/** Does not wait for what it has begun. */
export class HastyFlush extends WellBehavedExporter {
  override async flush(signal: AbortSignal): Promise<void> {
    void super.flush(signal);
  }
}
