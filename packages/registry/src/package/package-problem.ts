import type { PackageRuleId } from "../rules/table.ts";
import type { Problem } from "../problem.ts";

/** What is wrong with a package, for the people who make it. */
export interface PackageProblem extends Problem {
  readonly rule: PackageRuleId;
  /** Where in package.json, keys from the outside in; empty for all of it. */
  readonly path: readonly string[];
}

type Details = Partial<Omit<PackageProblem, "rule" | "message">>;

export function packageProblem(rule: PackageRuleId, message: string, details: Details = {}): PackageProblem {
  return { rule, message, path: [], ...details };
}
