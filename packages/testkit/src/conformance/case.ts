import type { Bench } from "./bench.ts";
import type { ConformanceLevel } from "./level.ts";

/** One thing that every exporter has to do, or to leave alone. */
export interface ConformanceCase {
  /** In kebab-case; a heading of the documentation. */
  readonly id: string;
  /** What a good exporter does. */
  readonly title: string;
  readonly level: ConformanceLevel;
  /** Ids of cases without which this one says nothing new: it is left out when one of them has failed. */
  readonly after?: readonly string[];
  /** Tells the bench what is wrong. */
  run(bench: Bench): void | Promise<void>;
}
