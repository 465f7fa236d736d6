import type { Outcome } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Gives up at the first 503. */
export class NoRetry extends WellBehavedExporter {
  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    return "status" in answer && answer.status === 503 ? "retries" : super.judge(answer, items);
  }
}
