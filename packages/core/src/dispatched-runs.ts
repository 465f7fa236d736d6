import type { Run } from "./run.ts";

/** Open runs that were dispatched: found by the id that their caller uses, or as the newest. */
export class DispatchedRuns {
  readonly #aliases = new Map<Run, string>();
  /** Oldest first: upstream's runs all have the same id. */
  readonly #byAlias = new Map<string, Set<Run>>();
  /** Oldest first, and among them some that have ended. */
  #byAge: Run[] = [];

  add(run: Run, alias: string): void {
    this.#aliases.set(run, alias);
    const namesakes = this.#byAlias.get(alias);
    if (namesakes === undefined) this.#byAlias.set(alias, new Set([run]));
    else namesakes.add(run);
    this.#byAge.push(run);
    // Half of them at most have ended, so that an end costs the same however many are open.
    if (this.#byAge.length > 2 * this.#aliases.size + 16) this.#byAge = [...this.#aliases.keys()];
  }

  delete(run: Run): void {
    const alias = this.#aliases.get(run);
    if (alias === undefined) return;
    this.#aliases.delete(run);
    const namesakes = this.#byAlias.get(alias);
    namesakes?.delete(run);
    if (namesakes?.size === 0) this.#byAlias.delete(alias);
    while (this.#byAge.at(-1)?.isEnded === true) this.#byAge.pop();
  }

  oldest(alias: string): Run | undefined {
    return this.#byAlias.get(alias)?.values().next().value;
  }

  newest(): Run | undefined {
    return this.#byAge.at(-1);
  }
}
