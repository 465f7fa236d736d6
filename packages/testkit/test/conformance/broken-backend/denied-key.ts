import type { Outcome } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Tells nobody that its key is wrong. */
export class SilentlyDenied extends WellBehavedExporter {
  protected override refused(): void {}
}

/** Hopes that the key will be right next time. */
export class Hopeful extends WellBehavedExporter {
  #wasTold = false;

  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    if (!("status" in answer) || answer.status !== 401 || this.#wasTold) return super.judge(answer, items);
    this.#wasTold = true;
    return "retry";
  }
}
