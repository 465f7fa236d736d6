import satisfies from "semver/functions/satisfies.js";
import validRange from "semver/ranges/valid.js";
import { shown } from "../finding.ts";
import type { PackageDescription } from "./describe-package.ts";
import { resolveEntryPoint } from "./entry-point.ts";
import type { PackageLimits } from "./limits.ts";
import { packageProblem } from "./package-problem.ts";
import type { PackageProblem } from "./package-problem.ts";

const CORE = "@charm/telemetry-core";

/** What can be said of a package without running anything of it. */
export function checkDescription(
  description: PackageDescription,
  limits: PackageLimits,
  coreVersions: readonly string[],
): PackageProblem[] {
  return [
    ...checkEntryPoints(description),
    ...checkInstallScripts(description),
    ...checkSize(description, limits),
    ...checkDependencies(description, limits),
    ...checkPeerRange(description, coreVersions),
  ];
}

function checkEntryPoints({ entryPoints, files }: PackageDescription): PackageProblem[] {
  if (entryPoints.size === 0) {
    const fix = `write "charm": { "telemetry": { "<id>": "./dist/index.js#Class" } } into package.json`;
    return [packageProblem("entry-point-id", "package.json declares no entry point", { fix })];
  }
  return [...entryPoints].flatMap(([id, target]) => {
    const resolved = resolveEntryPoint(files, target);
    if (typeof resolved !== "string") return [];
    const path = ["charm", "telemetry", id];
    return packageProblem("entry-point-contract", `"${shown(id)}": ${resolved}`, { path });
  });
}

function checkInstallScripts({ installScripts, version }: PackageDescription): PackageProblem[] {
  return installScripts.map((script) =>
    script === "binding.gyp"
      ? packageProblem("install-script", `binding.gyp in ${shown(version)}, which npm builds at people who install it`)
      : packageProblem("install-script", `${script} in ${shown(version)}`, { path: ["scripts", script] }),
  );
}

function checkSize({ unpackedBytes }: PackageDescription, { maxUnpackedBytes }: PackageLimits): PackageProblem[] {
  if (unpackedBytes <= maxUnpackedBytes) return [];
  const details = {
    got: `${unpackedBytes} bytes`,
    want: `at most ${maxUnpackedBytes}`,
    fix: `narrow "files" down; npm pack --dry-run lists them`,
    path: ["files"],
  };
  return [packageProblem("package-size", "unpacks to too much", details)];
}

function checkDependencies(
  { dependencies, peers }: PackageDescription,
  { maxDependencies }: PackageLimits,
): PackageProblem[] {
  const problems: PackageProblem[] = [];
  if (dependencies.size > maxDependencies) {
    const details = { got: String(dependencies.size), want: `at most ${maxDependencies}`, path: ["dependencies"] };
    problems.push(packageProblem("dependencies", "too many dependencies", details));
  }
  for (const [group, members] of [
    ["dependencies", dependencies],
    ["peerDependencies", peers],
  ] as const)
    for (const [name, range] of members)
      if (!isFromRegistry(range))
        problems.push(
          packageProblem("dependencies", `"${shown(name)}" does not come from the npm registry`, {
            got: `"${shown(range)}"`,
            want: "a range of versions",
            path: [group, name],
          }),
        );
  return problems;
}

/** A range, a tag, or another package's under this name; not a folder, a repository, an address or a workspace. */
export function isFromRegistry(range: string): boolean {
  const alias = /^npm:(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*(?:@(.*))?$/.exec(range);
  const wanted = alias === null ? range : (alias[1] ?? "");
  return validRange(wanted) !== null || /^[A-Za-z][\w.-]*$/.test(wanted);
}

function checkPeerRange({ peers, dependencies }: PackageDescription, supported: readonly string[]): PackageProblem[] {
  const wants = `a range with ${supported.join(" or ")}`;
  const range = peers.get(CORE);
  if (range === undefined) {
    const isDependency = dependencies.has(CORE);
    const message = isDependency ? `${CORE} is a dependency of its own, not a peer` : `${CORE} is no peer dependency`;
    const path = isDependency ? ["dependencies", CORE] : ["peerDependencies"];
    return [packageProblem("peer-range", message, { want: wants, path })];
  }
  const fits = supported.some((version) => satisfies(version, range, { includePrerelease: true }));
  if (fits) return [];
  const details = { got: `"${shown(range)}"`, want: wants, path: ["peerDependencies", CORE] };
  return [packageProblem("peer-range", "no supported version of core fits", details)];
}
