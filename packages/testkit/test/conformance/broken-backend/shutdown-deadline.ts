import { WellBehavedExporter } from "./well-behaved.ts";

/** Shuts down when the backend has answered, whenever that is. */
export class EndlessShutdown extends WellBehavedExporter {
  override shutdown(): Promise<void> {
    return super.shutdown(new AbortController().signal);
  }
}
