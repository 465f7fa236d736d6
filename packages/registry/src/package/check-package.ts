import type { PackageFacts } from "../facts.ts";
import type { Problem } from "../problem.ts";
import { NpmClient } from "../npm/npm-client.ts";
import type { NpmClientOptions } from "../npm/npm-client.ts";
import { shown } from "../finding.ts";
import type { PackageDescription } from "./describe-package.ts";
import { resolveEntryPoint } from "./entry-point.ts";
import { inspectEntryPoint } from "./inspect.ts";
import type { Inspection } from "./inspect.ts";
import { coreVersion } from "./kit-folder.ts";
import { PACKAGE_LIMITS } from "./limits.ts";
import type { PackageLimits } from "./limits.ts";
import { findSandbox } from "./namespaces.ts";
import { packageProblem } from "./package-problem.ts";
import type { PackageProblem } from "./package-problem.ts";
import { checkDescription } from "./package-rules.ts";
import { stagePackage } from "./stage.ts";

export interface CheckPackageOptions extends NpmClientOptions {
  readonly limits?: Partial<PackageLimits>;
  /** The one entry point that matters; all of the package unless given. */
  readonly id?: string | undefined;
}

/** All that is wrong with a package; entry points are tried in the sandbox. */
export async function problemsOf(
  description: PackageDescription,
  options: CheckPackageOptions,
): Promise<PackageProblem[]> {
  const limits = { ...PACKAGE_LIMITS, ...options.limits };
  const isOfOther = ({ path: [first, , name] }: PackageProblem): boolean =>
    first === "charm" && options.id !== undefined && name !== options.id;
  const ofItself = checkDescription(description, limits, [await coreVersion()]);
  return [
    ...ofItself.filter((problem) => !isOfOther(problem)),
    ...(await tryEntryPoints(description, limits, options)),
  ];
}

/** The facts that a package tells by itself: without provenance, and deprecated by nobody. */
export async function factsOfPackage(
  description: PackageDescription,
  options: CheckPackageOptions = {},
): Promise<PackageFacts> {
  const problems = await problemsOf(description, options);
  const ofEntryPoints = problems.filter(({ rule }) => OF_ENTRY_POINTS.has(rule));
  const isDeclared = options.id === undefined || description.entryPoints.has(options.id);
  const isRefused = ofEntryPoints.some(({ rule }) => rule === "entry-point-contract" || rule === "entry-point-id");
  return {
    version: description.version,
    license: description.license ?? null,
    repository: description.repository ?? null,
    entry_points: { "charm.telemetry": Object.fromEntries(description.entryPoints) },
    implements_contract: isRefused || !isDeclared ? false : ofEntryPoints.length > 0 ? null : true,
    install_scripts: description.installScripts,
    provenance: null,
    deprecated: false,
    problems: problems.filter(({ rule }) => !OF_OTHER_FACTS.has(rule)).map(withoutPath),
  };
}

const OF_ENTRY_POINTS: ReadonlySet<string> = new Set([
  "entry-point-id",
  "entry-point-contract",
  "sandbox-missing",
  "npm-unreachable",
]);
const OF_OTHER_FACTS: ReadonlySet<string> = new Set(["entry-point-id", "install-script"]);

function withoutPath({ rule, message, got, want, fix }: PackageProblem): Problem {
  return { rule, message, got, want, fix };
}

async function tryEntryPoints(
  description: PackageDescription,
  limits: PackageLimits,
  { id, ...npm }: CheckPackageOptions,
): Promise<PackageProblem[]> {
  const wanted = [...description.entryPoints].filter(([name]) => id === undefined || name === id);
  const resolved = wanted.flatMap(([name, target]) => {
    const entryPoint = resolveEntryPoint(description.files, target);
    return typeof entryPoint === "string" ? [] : [{ name, entryPoint }];
  });
  // Dependencies would be fetched for nothing if there is nothing to try, or no place.
  if (resolved.length === 0) return [];
  const found = await findSandbox();
  if ("reason" in found) return [packageProblem("sandbox-missing", `there is no sandbox here: ${found.reason}`)];
  const staged = await stagePackage(description, { registry: new NpmClient(npm).registry, limits, signal: npm.signal });
  if ("broken" in staged) return [packageProblem("entry-point-contract", staged.broken, { path: ["dependencies"] })];
  if ("undecided" in staged) return [packageProblem("npm-unreachable", staged.undecided)];
  try {
    const problems: PackageProblem[] = [];
    for (const { name, entryPoint } of resolved)
      problems.push(...problemsIn(name, await inspectEntryPoint(found.sandbox, staged, entryPoint, limits)));
    return problems;
  } finally {
    await staged.dispose();
  }
}

function problemsIn(name: string, inspection: Inspection): PackageProblem[] {
  const path = ["charm", "telemetry", name];
  if ("undecided" in inspection) return [packageProblem("sandbox-missing", inspection.undecided, { path })];
  if (inspection.implementsContract) return [];
  return inspection.lacks.map((text) => packageProblem("entry-point-contract", `"${shown(name)}": ${text}`, { path }));
}
