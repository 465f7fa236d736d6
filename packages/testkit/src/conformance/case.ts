import type { Bench } from "./bench.ts";

/** How much of an exporter is asked for: each level holds the ones before it. */
export const LEVELS = ["load", "hooks", "backend"] as const;

/** `load`: class and life without configuration. `hooks`: all events. `backend`: what a backend may do; needs an intake. */
export type ConformanceLevel = (typeof LEVELS)[number];

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

/** What one case has found. */
export interface ConformanceFinding {
  /** The case's id. */
  readonly case: string;
  readonly expected: string;
  readonly actual: string;
  /** Where to read on. */
  readonly read: string;
}

const DOCUMENTATION = "https://github.com/CharmAIOS/charm-telemetry-js/blob/main/docs/conformance.md";

export function documentationOf(caseId: string): string {
  return `${DOCUMENTATION}#${caseId}`;
}

/** Thrown by a case that cannot be asked of this exporter, or not with these options. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}
