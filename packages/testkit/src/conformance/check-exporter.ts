import { Bench } from "./bench.ts";
import type { BenchOptions, Environment } from "./bench.ts";
import { LEVELS, NotApplicable, documentationOf } from "./case.ts";
import type { ConformanceCase, ConformanceFinding, ConformanceLevel } from "./case.ts";
import { CONFORMANCE_CASES } from "./cases/index.ts";
import { errorText } from "./error-text.ts";
import type { HttpIntake } from "../intakes/index.ts";

export type CheckOptions = (
  | { readonly create: () => object | Promise<object>; readonly exporterClass?: undefined }
  | { /** Whatever a module exports. */ readonly exporterClass: unknown; readonly create?: undefined }
) & {
  /** `backend` with an intake, else `hooks`, unless given. */
  readonly level?: ConformanceLevel;
  /** Starts a backend; each case has one of its own. */
  readonly intake?: () => Promise<HttpIntake>;
  /** The variables that the exporter needs, or what makes them for an intake. */
  readonly environment?: Environment;
  readonly signal?: AbortSignal;
  /** Ids of cases; all unless given. */
  readonly only?: readonly string[];
};

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly level: ConformanceLevel;
  readonly status: "passed" | "failed" | "not-applicable";
  /** Why it is not applicable. */
  readonly reason?: string;
}

export interface ConformanceReport {
  readonly findings: readonly ConformanceFinding[];
  /** All of the level, in the order in which they ran. */
  readonly cases: readonly CaseResult[];
}

/**
 * Runs the cases of a level on an exporter, in this process, one after the other. What an exporter does wrong is in the
 * report; this rejects only for options that make no sense and when `signal` aborts.
 */
export async function checkExporter(options: CheckOptions): Promise<ConformanceReport> {
  const check = new Check(options);
  const cases: CaseResult[] = [];
  for (const each of check.cases) cases.push(await check.run(each));
  return { findings: check.findings, cases };
}

/** A row of cases on one exporter. */
export class Check {
  readonly cases: readonly ConformanceCase[];
  readonly findings: ConformanceFinding[] = [];
  readonly #options: BenchOptions;
  readonly #failed = new Set<string>();
  readonly #signal: AbortSignal | undefined;

  constructor({ create, exporterClass, level, intake, environment, signal, only }: CheckOptions) {
    const asked = level ?? (intake === undefined ? "hooks" : "backend");
    const cases = CONFORMANCE_CASES.filter((each) => LEVELS.indexOf(each.level) <= LEVELS.indexOf(asked));
    const unknown = only?.find((id) => !cases.some((each) => each.id === id));
    if (unknown !== undefined) throw new RangeError(`there is no case "${unknown}" in level ${asked}`);
    this.cases = only === undefined ? cases : cases.filter(({ id }) => only.includes(id));
    this.#signal = signal;
    this.#options = {
      create: create ?? (() => new (exporterClass as new () => object)()),
      level: asked,
      intake,
      environment,
    };
  }

  async run(each: ConformanceCase): Promise<CaseResult> {
    this.#signal?.throwIfAborted();
    const { id, title, level } = each;
    const failed = each.after?.find((other) => this.#failed.has(other));
    if (failed !== undefined)
      return { id, title, level, status: "not-applicable", reason: `${failed} comes first, and has failed` };
    const bench = new Bench(this.#options);
    let reason: string | undefined;
    try {
      await each.run(bench);
    } catch (error) {
      if (error instanceof NotApplicable) reason = error.message;
      else bench.report("the case runs to its end", errorText(error));
    } finally {
      await bench.dispose();
    }
    const read = documentationOf(id);
    this.findings.push(...bench.problems.map((problem) => ({ case: id, ...problem, read })));
    if (bench.problems.length > 0) {
      this.#failed.add(id);
      return { id, title, level, status: "failed" };
    }
    return {
      id,
      title,
      level,
      ...(reason === undefined ? { status: "passed" } : { status: "not-applicable", reason }),
    };
  }
}
