import { realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { didYouMean } from "./did-you-mean.ts";
import type { ExporterModule } from "./host/link.ts";
import type { Manifest, Problem, TelemetryName } from "./manifest/index.ts";
import { manifestProblem, quote } from "./manifest/problem.ts";
import { telemetryVersion } from "./host/version.ts";
import { readPackage } from "./read-package.ts";
import type { PackageJson } from "./read-package.ts";
import { fits } from "./version-range.ts";

export interface Discovered {
  /** In charm.yaml's order. */
  readonly exporters: ExporterModule[];
  readonly problems: Problem[];
}

/** Exporters of our own, for people who have not installed them yet. */
const FIRST_PARTY: ReadonlyMap<string, string> = new Map([
  ["datadog", "@charm/telemetry-datadog"],
  ["langsmith", "@charm/telemetry-langsmith"],
  ["sentry", "@charm/telemetry-sentry"],
]);

/**
 * Finds the exporters that `charm.yaml` lists in the packages that the agent depends on. Reads package.json files
 * alone: nothing is imported. Never throws; what cannot be used is a problem.
 */
export function discoverExporters(manifest: Pick<Manifest, "path" | "telemetry">): Discovered {
  const problems: Problem[] = [];
  if (manifest.telemetry.length === 0) return { exporters: [], problems };
  const agent = findAgent(dirname(manifest.path));
  if ("problem" in agent) return { exporters: [], problems: [agent.problem] };

  const installed = collectDeclarations(agent, problems);
  const exporters: ExporterModule[] = [];
  const seen = new Set<string>();
  manifest.telemetry.forEach((listed, index) => {
    if (seen.has(listed.name)) return;
    seen.add(listed.name);
    const complain = (type: string, message: string, fix: string): void => {
      const { line, column } = listed;
      const finding = { type, at: `runtime.telemetry.${index}`, line, column, message, fix };
      problems.push(manifestProblem(basename(manifest.path), finding));
    };
    const [first, second] = installed.get(listed.name) ?? [];
    if (first === undefined) {
      complain(...unknownName(listed, installed.keys()));
    } else if (second !== undefined) {
      const message = `exporter ${quote(listed.name)} is provided by two packages, ${first.label} and ${second.label}; neither is loaded.`;
      complain("exporter_clash", message, "Remove one of the packages.");
    } else {
      const target = resolveTarget(first);
      if (typeof target === "string") complain("exporter_target", target, `Tell the authors of ${first.label}.`);
      else {
        const { label: packageName, coreRange } = first;
        const isReadable = typeof coreRange === "string" && RANGE.test(coreRange);
        exporters.push({ name: listed.name, packageName, ...target, ...(isReadable ? { coreRange } : {}) });
        const mismatch = coreMismatch(first);
        if (mismatch !== undefined && !problems.some(({ where }) => where === mismatch.where)) problems.push(mismatch);
      }
    }
  });
  return { exporters, problems };
}

const EXPORTER_NAME = /^[\w.@/-]{1,64}$/;

function unknownName({ name }: TelemetryName, installed: Iterable<string>): [string, string, string] {
  const names = [...installed].filter((each) => EXPORTER_NAME.test(each)).toSorted();
  const list = names.length > 0 ? `Installed: ${names.join(", ")}.` : "No exporter is installed.";
  const near = didYouMean(name, names);
  if (near !== undefined)
    return ["unknown_exporter", `unknown exporter ${quote(name)}.`, `Did you mean "${near}"? ${list}`];
  const packageName = FIRST_PARTY.get(name);
  if (packageName !== undefined)
    return ["exporter_not_installed", `exporter "${name}" is not installed.`, `Run:  npm install ${packageName}`];
  const nearOurs = didYouMean(name, FIRST_PARTY.keys());
  const fix =
    nearOurs === undefined
      ? `Add the package that provides it to the agent's dependencies.`
      : `Did you mean "${nearOurs}" (npm install ${FIRST_PARTY.get(nearOurs)})?`;
  return ["unknown_exporter", `unknown exporter ${quote(name)}.`, `${fix} ${list}`];
}

/** An exporter that a dependency of the agent declares, listed in charm.yaml or not. */
export interface InstalledExporter {
  readonly name: string;
  /** `package@version`. */
  readonly packageName: string;
}

/**
 * Every exporter that the dependencies of the agent in `directory` declare, by name. Reads package.json files alone:
 * nothing is imported. Never throws.
 */
export function installedExporters(directory: string): InstalledExporter[] {
  const agent = findAgent(directory);
  if ("problem" in agent) return [];
  return [...collectDeclarations(agent, [])]
    .flatMap(([name, declarations]) => declarations.map(({ label }) => ({ name, packageName: label })))
    .filter(({ name }) => EXPORTER_NAME.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const CORE = "@charm/telemetry-core";

/** Only a warning: whether an exporter can be used is decided by the contract that its class is made for. */
function coreMismatch({ label, dependency, coreRange }: Declaration): Problem | undefined {
  const version = telemetryVersion();
  if (typeof coreRange !== "string" || fits(version, coreRange) !== false) return undefined;
  return {
    type: "core_range",
    where: `node_modules/${dependency}/package.json`,
    message: `${label} wants ${CORE} ${coreRange}; this is ${version}.`,
    fix: `It is loaded all the same. Install a version of ${dependency} that was made for ${CORE} ${version}.`,
  };
}

interface Agent {
  /** Real path of the folder that holds its package.json. */
  readonly root: string;
  readonly packageJson: PackageJson;
}

/** The nearest package.json is the agent's. */
function findAgent(directory: string): Agent | { problem: Problem } {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    const read = readPackage(path);
    if (read === undefined) {
      if (dirname(folder) !== folder) continue;
      const message = "there is no package.json beside charm.yaml or above it, so no exporter can be found.";
      return { problem: { type: "no_package", where: "package.json", message, fix: "Run:  npm init" } };
    }
    if ("problem" in read) return { problem: { ...read.problem, where: "package.json" } };
    return { root: realpathSync(folder), packageJson: read.packageJson };
  }
}

interface Declaration {
  /** `name@version`. */
  readonly label: string;
  /** As the agent's package.json calls it. */
  readonly dependency: string;
  /** The versions of core that it was made for. */
  readonly coreRange: unknown;
  /** Real path of the package. */
  readonly folder: string;
  /** What package.json says, such as `./dist/index.js#Class`. */
  readonly target: unknown;
}

/** All exporters that the agent's dependencies declare, name to declarations. */
function collectDeclarations(agent: Agent, problems: Problem[]): Map<string, Declaration[]> {
  const { dependencies, optionalDependencies, devDependencies } = agent.packageJson;
  const names = new Set([dependencies, optionalDependencies, devDependencies].flatMap((group) => keysOf(group)));
  const declarations = new Map<string, Declaration[]>();
  const folders = new Set<string>();
  for (const name of names) {
    const folder = findPackage(agent.root, name);
    // Two names may stand for one package: an alias, a link.
    if (folder === undefined || folders.has(folder)) continue;
    folders.add(folder);
    const where = `node_modules/${name}/package.json`;
    const read = readPackage(join(folder, "package.json"));
    if (read === undefined) continue;
    if ("problem" in read) {
      problems.push({ ...read.problem, where });
      continue;
    }
    const { packageJson } = read;
    const block = isObject(packageJson.charm) ? packageJson.charm["telemetry"] : undefined;
    if (block === undefined) continue;
    if (!isObject(block)) {
      const message = `"charm.telemetry" must be an object of names and modules.`;
      const fix = `Write:  "charm": { "telemetry": { "name": "./dist/index.js#Class" } }`;
      problems.push({ type: "package_block", where, message, fix });
      continue;
    }
    const label = labelOf(packageJson, name);
    const { peerDependencies } = packageJson;
    const coreRange = isObject(peerDependencies) ? peerDependencies[CORE] : undefined;
    for (const [exporter, target] of Object.entries(block)) {
      const all = declarations.get(exporter) ?? [];
      declarations.set(exporter, [...all, { label, dependency: name, coreRange, folder, target }]);
    }
  }
  return declarations;
}

/** `name@version`, for people; what is no name or version is left out of messages. */
function labelOf({ name, version }: PackageJson, dependency: string): string {
  const ownName = typeof name === "string" && PACKAGE_NAME.test(name) ? name : dependency;
  return typeof version === "string" && VERSION.test(version) ? `${ownName}@${version}` : ownName;
}

const VERSION = /^[\w.+-]{1,64}$/;
const RANGE = /^[\w .+<>=^~|*-]{1,64}$/;
const PACKAGE_NAME = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/i;

/** Real path of a package as seen from `root`: in the nearest node_modules that has it, upwards. */
function findPackage(root: string, name: string): string | undefined {
  if (!PACKAGE_NAME.test(name)) return undefined;
  for (let folder = root; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (basename(folder) !== "node_modules" && isFile(join(candidate, "package.json"))) return realpathSync(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

/** The module, or a sentence that says why there is none. */
function resolveTarget({ label, folder, target }: Declaration): { url: string; exportName: string } | string {
  if (typeof target !== "string") return `${label} declares no module for it, but ${JSON.stringify(target)}.`;
  const mark = target.lastIndexOf("#");
  const path = mark < 0 ? target : target.slice(0, mark);
  const exportName = mark < 0 ? "default" : target.slice(mark + 1);
  if (!path.startsWith("./") || exportName === "")
    return `${label} declares ${quote(target)}, which is not of the form "./dist/index.js#Class".`;
  const file = join(folder, path);
  if (!isInside(folder, file)) return `${label} declares ${quote(target)}, which is outside of the package.`;
  if (!isFile(file))
    return `${label} declares ${quote(target)}, but there is no such file; the package may not be built.`;
  const real = realpathSync(file);
  if (!isInside(folder, real)) return `${label} declares ${quote(target)}, which leads outside of the package.`;
  return { url: pathToFileURL(real).href, exportName };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // a loop of links, a name with NUL, a folder that may not be entered
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keysOf(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : [];
}
