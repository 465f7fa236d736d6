import type { Outcome } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Thinks that what was sent has arrived. */
export class Credulous extends WellBehavedExporter {
  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    const cause = "error" in answer ? (answer.error as { cause?: { code?: string } }).cause : undefined;
    const isBroken = cause?.code === "ECONNRESET" || cause?.code === "UND_ERR_SOCKET" || cause?.code === "EPIPE";
    return isBroken ? "delivered" : super.judge(answer, items);
  }
}
