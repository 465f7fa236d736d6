import type { EventContext, HookName, HookResult } from "@charm/telemetry-core";
import { WellBehavedExporter } from "./well-behaved.ts";

/** Right, too, and without a buffer: its hooks wait until their event has been delivered, or fail. */
export class Awaiting extends WellBehavedExporter {
  protected override take(hook: HookName, text: string, { runId, sequence }: EventContext): HookResult {
    if (this.isShutDown) throw new Error("it is shut down");
    return this.#sendOne(`${runId}/${sequence}`, this.cut(`${hook}: ${text}`));
  }

  async #sendOne(id: string, text: string): Promise<void> {
    const outcome = await this.send([{ id, text }], new AbortController().signal);
    if (outcome !== "delivered") throw new Error(`the event is lost: ${outcome}`);
    this.count("spans");
  }
}
