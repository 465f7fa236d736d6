import { endError, isFailure } from "./ends.ts";
import type { EndReason } from "./ends.ts";
import type { Run } from "./run.ts";

/** The run that the whole process is, for `auto`: it ends as the process does. */
export class ProcessRun {
  readonly #run: Run;
  readonly #beforeEnd: () => void;

  /** @param beforeEnd called when the process ends, before the run does. */
  constructor(run: Run, beforeEnd: () => void) {
    this.#run = run;
    this.#beforeEnd = beforeEnd;
  }

  /** As long as the agent has not ended it. */
  get open(): Run | undefined {
    return this.#run.isEnded ? undefined : this.#run;
  }

  /** A signal ends nothing well or badly: the run is left to be aborted. */
  end(reason: EndReason): void {
    this.#beforeEnd();
    if (reason.kind === "signal") return;
    if (!isFailure(reason)) this.open?.endSilently({});
    else this.open?.fail((reason.kind === "exit" ? reason.error : undefined) ?? endError(reason));
  }
}
