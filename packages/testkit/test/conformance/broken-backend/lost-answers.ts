import type { Outcome } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Leaves open what became of a batch whose answer broke off. */
export class Undecided extends WellBehavedExporter {
  #isOpen = false;

  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    this.#isOpen = "error" in answer && (answer.error as Error).message === "terminated";
    return this.#isOpen ? "unknown" : super.judge(answer, items);
  }

  protected override settle(eventCount: number, outcome: Outcome): void {
    if (!this.#isOpen) super.settle(eventCount, outcome);
  }
}
