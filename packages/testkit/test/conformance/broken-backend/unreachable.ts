import type { Outcome } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Counts as delivered what it could not even connect for. */
export class Unworried extends WellBehavedExporter {
  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    const cause = "error" in answer ? (answer.error as { cause?: { code?: string } }).cause : undefined;
    return cause?.code === "ECONNREFUSED" ? "delivered" : super.judge(answer, items);
  }
}
