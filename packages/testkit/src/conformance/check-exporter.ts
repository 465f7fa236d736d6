import type { HttpIntake } from "../intakes/index.ts";
import type { BenchOptions, Environment } from "./bench.ts";
import type { ConformanceCase } from "./case.ts";
import { CONFORMANCE_CASES } from "./cases.ts";
import { Check } from "./check.ts";
import type { CaseResult } from "./check.ts";
import type { ConformanceFinding } from "./finding.ts";
import { LEVELS } from "./level.ts";
import type { ConformanceLevel } from "./level.ts";

/** What is checked: what makes an exporter, or whatever a module exports as its class. */
export type ExporterSource =
  | { readonly create: () => object | Promise<object>; readonly exporterClass?: undefined }
  | { readonly exporterClass: unknown; readonly create?: undefined };

export type CheckOptions<Intake extends HttpIntake = HttpIntake> = ExporterSource & {
  /** `backend` with an intake, else `hooks`, unless given. */
  readonly level?: ConformanceLevel;
  /** Starts a backend; each case has one of its own. */
  readonly intake?: () => Promise<Intake>;
  /** The variables that the exporter needs, or what makes them for an intake. */
  readonly environment?: Environment<Intake>;
  readonly signal?: AbortSignal;
  /** Ids of cases; all unless given. */
  readonly only?: readonly string[];
};

export interface ConformanceReport {
  /** Empty if the exporter does all that was asked of it. */
  readonly findings: readonly ConformanceFinding[];
  /** In the order in which they ran. */
  readonly cases: readonly CaseResult[];
}

/**
 * Runs the cases of a level on an exporter, in this process, one after the other. What the exporter does wrong is in the
 * report: this rejects only for options that make no sense and when `signal` aborts.
 */
export async function checkExporter<Intake extends HttpIntake>(
  options: CheckOptions<Intake>,
): Promise<ConformanceReport> {
  const cases = casesOf(options as CheckOptions);
  const check = new Check(cases, benchOptionsOf(options as CheckOptions));
  const results: CaseResult[] = [];
  for (const each of cases) {
    options.signal?.throwIfAborted();
    results.push(await check.run(each));
  }
  return { findings: results.flatMap(({ findings }) => findings), cases: results };
}

/** @throws RangeError for the id of a case that is not of the level. */
export function casesOf({ only, ...options }: CheckOptions): readonly ConformanceCase[] {
  const level = levelOf(options);
  const cases = CONFORMANCE_CASES.filter((each) => LEVELS.indexOf(each.level) <= LEVELS.indexOf(level));
  const unknown = only?.find((id) => !cases.some((each) => each.id === id));
  if (unknown !== undefined) throw new RangeError(`there is no case "${unknown}" at the level ${level}`);
  return only === undefined ? cases : cases.filter(({ id }) => only.includes(id));
}

export function benchOptionsOf(options: CheckOptions): BenchOptions {
  const { create, exporterClass, intake, environment } = options;
  const made =
    create === undefined ? { exporterClass, create: () => new (exporterClass as new () => object)() } : { create };
  return { ...made, level: levelOf(options), intake, environment };
}

function levelOf({ level, intake }: Pick<CheckOptions, "level" | "intake">): ConformanceLevel {
  return level ?? (intake === undefined ? "hooks" : "backend");
}
