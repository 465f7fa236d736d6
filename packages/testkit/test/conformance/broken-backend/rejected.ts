import type { Outcome } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Takes a refusal for a failure that will pass. */
export class Insisting extends WellBehavedExporter {
  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    return "status" in answer && answer.status === 400 ? "retry" : super.judge(answer, items);
  }
}
