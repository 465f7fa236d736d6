import type { Outcome, StartInfo } from "@charm/telemetry-core";
import type { Answer } from "./well-behaved.ts";
import { WellBehavedExporter } from "./well-behaved.ts";

const FAILING = new Set<string | undefined>();

/** Remembers for all instances which backend has failed. */
export class Resentful extends WellBehavedExporter {
  override start(info: StartInfo): void {
    super.start(info);
    if (!FAILING.has(this.endpoint)) return;
    this.disable("the backend has failed before.");
    this.endpoint = undefined;
  }

  protected override judge(answer: Answer, items: number): Outcome | "split" | "retry" {
    if ("status" in answer && answer.status === 500) FAILING.add(this.endpoint);
    return super.judge(answer, items);
  }
}
