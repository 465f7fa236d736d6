import { Bench } from "./bench.ts";
import type { BenchOptions } from "./bench.ts";
import type { ConformanceCase } from "./case.ts";
import { CONFORMANCE_CASES } from "./cases.ts";
import { documentationOf } from "./finding.ts";
import type { ConformanceFinding } from "./finding.ts";
import type { ConformanceLevel } from "./level.ts";
import { NotApplicable } from "./not-applicable.ts";
import { errorText, shown } from "./texts.ts";
import { Watch } from "./watch/index.ts";
import type { Sighting } from "./watch/index.ts";

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly level: ConformanceLevel;
  readonly status: "passed" | "failed" | "not-applicable";
  /** Why it is not applicable. */
  readonly reason?: string;
  readonly findings: readonly ConformanceFinding[];
}

interface Problem {
  readonly expected: string;
  readonly actual: string;
}

const GRACE_MS = 2000;

/** Resolves when no case is running in this process. */
let turn: Promise<unknown> = Promise.resolve();

/** A row of cases on one exporter. */
export class Check {
  readonly #options: BenchOptions;
  /** Have failed, or were left out because of one that has. */
  readonly #failed = new Set<string>();
  /** Ids of cases that are still to come. */
  readonly #open: Set<string>;
  /** Seen in cases that were about something else. */
  readonly #sightings: Sighting[] = [];
  #graceMs = GRACE_MS;

  /** @param cases those that will run. */
  constructor(cases: readonly ConformanceCase[], options: BenchOptions) {
    this.#options = options;
    this.#open = new Set(cases.map(({ id }) => id));
  }

  /** Runs a case when no other one is running in this process: what they watch is the process. */
  run(each: ConformanceCase): Promise<CaseResult> {
    const result = turn.then(() => this.#run(each));
    turn = result.catch(() => {});
    return result;
  }

  async #run(each: ConformanceCase): Promise<CaseResult> {
    const { id, title, level, after } = each;
    const failed = after?.find((other) => this.#failed.has(other));
    const { problems, reason } =
      failed === undefined ? await this.#try(each) : { problems: [], reason: `${failed} comes first, and has failed` };
    this.#open.delete(id);
    if (failed !== undefined || problems.length > 0) this.#failed.add(id);
    const read = documentationOf(id);
    const findings = problems.map(({ expected, actual }) => ({ case: id, expected, actual: shown(actual), read }));
    if (findings.length > 0) return { id, title, level, status: "failed", findings };
    if (reason === undefined) return { id, title, level, status: "passed", findings };
    return { id, title, level, status: "not-applicable", reason, findings };
  }

  async #try(each: ConformanceCase): Promise<{ problems: Problem[]; reason?: string | undefined }> {
    const watch = new Watch(this.#graceMs);
    const bench = new Bench(this.#options, watch);
    let reason: string | undefined;
    try {
      await each.run(bench);
    } catch (error) {
      if (error instanceof NotApplicable) reason = error.message;
      else bench.report("the case runs to its end", errorText(error));
    }
    await bench.dispose();
    const seen = await watch.close();
    // Who leaves something open does so in every case: one wait is enough.
    if (seen.some(({ case: id }) => id === "process-ends")) this.#graceMs = 0;
    const { here, later } = this.#assign(seen, each.id);
    this.#sightings.push(...later);
    const earlier = this.#sightings.filter(({ case: id }) => id === each.id);
    return { problems: [...bench.problems, ...problemsOf([...here, ...earlier])], reason };
  }

  /** What has had its case already would go unsaid, if it were not said in this one. */
  #assign(sightings: readonly Sighting[], current: string): { here: Sighting[]; later: Sighting[] } {
    const isLater = (seen: Sighting): boolean => seen.case !== current && this.#open.has(seen.case);
    return {
      here: sightings.filter((seen) => !isLater(seen) && !this.#failed.has(seen.case)),
      later: sightings.filter(isLater),
    };
  }
}

/** One of each: most are seen in every case. */
function problemsOf(sightings: readonly Sighting[]): Problem[] {
  const unique = new Map(sightings.map((seen) => [`${seen.case} ${seen.actual}`, seen]));
  return [...unique.values()].map(({ case: id, actual }) => ({
    expected: CONFORMANCE_CASES.find((each) => each.id === id)?.title ?? id,
    actual,
  }));
}
