import type { Outcome } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Gives up at the first 503. */
export class NoRetry extends WellBehavedExporter {
  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    return "status" in answer && answer.status === 503 ? "retries" : super.judge(answer, items);
  }
}

/** Its HTTP client tries again by itself, and nobody counts it. */
export class HiddenRetry extends WellBehavedExporter {
  protected override async post(body: string, signal: AbortSignal): Promise<Answer> {
    const answer = await super.post(body, signal);
    if (!("status" in answer) || answer.status !== 503) return answer;
    const again = await super.post(body, signal);
    this.count("requests", -1);
    return again;
  }
}
