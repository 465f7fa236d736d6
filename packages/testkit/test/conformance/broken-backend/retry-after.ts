import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Does not read Retry-After. */
export class Impatient extends WellBehavedExporter {
  protected override async post(body: string, signal: AbortSignal): Promise<Answer> {
    return { ...(await super.post(body, signal)), retryAfterMs: 0 };
  }
}
