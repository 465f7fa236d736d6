import type { Outcome } from "@charm/telemetry-core";
import type { Answer, Item } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Sends what was too large once more before it sends less. */
export class Stubborn extends WellBehavedExporter {
  protected override async send(batch: readonly Item[], signal: AbortSignal): Promise<Outcome | "split"> {
    const outcome = await super.send(batch, signal);
    return outcome === "split" || outcome === "too_large" ? super.send(batch, signal) : outcome;
  }
}

/** Is content when the backend has seen it. */
export class Content extends WellBehavedExporter {
  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    return "status" in answer && answer.status === 413 ? "delivered" : super.judge(answer, items);
  }
}
