import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Tries four times at once, and does so again and again, as two layers do that know nothing of each other. */
export class TwoRetryLayers extends WellBehavedExporter {
  protected override async post(body: string, signal: AbortSignal): Promise<Answer> {
    let answer = await super.post(body, signal);
    for (let attempt = 2; attempt <= 4 && "status" in answer && answer.status === 500; attempt++)
      answer = await super.post(body, signal);
    return answer;
  }
}
