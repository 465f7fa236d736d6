import { WellBehavedExporter } from "./well-behaved.ts";

/** Throws away what waits when it is shut down. */
export class ForgetfulShutdown extends WellBehavedExporter {
  override async shutdown(): Promise<void> {
    this.isShutDown = true;
    this.settle(this.takeWaiting().length, "deadline");
  }
}
