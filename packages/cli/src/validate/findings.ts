import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Discovered, Manifest } from "@charm/telemetry-core/manifest";
import { visible } from "@charm/telemetry-registry/findings";
import type { Finding } from "@charm/telemetry-registry/findings";
import { choosePackageManager } from "create-charm-telemetry/package-manager";
import type { PackageManagerName } from "create-charm-telemetry/package-manager";
import { pathFrom } from "../agent-manifest.ts";
import { addCommand } from "../package-manager.ts";
import type { Terminal } from "../terminal.ts";

type Problem = Discovered["problems"][number];

export const NO_PACKAGE = "there is no package.json beside it, and node agents are started with npm start";

/** Everything that is wrong with an agent's charm.yaml: errors where the cloud or an exporter would not work. */
export function findingsOf(
  manifest: Manifest,
  discovered: Discovered,
  { directory, environment }: Pick<Terminal, "directory" | "environment">,
): Finding[] {
  const agent = agentFolder(dirname(manifest.path));
  const file = pathFrom(directory, manifest.path);
  const manager = choosePackageManager(undefined, agent, environment).name;
  const missing = missingDependencies(agent);

  const place = (problem: Problem): Pick<Finding, "file" | "line" | "column"> => {
    const at = /:(\d+):(\d+)$/.exec(problem.where);
    if (at !== null) return { file, line: Number(at[1]), column: Number(at[2]) };
    return { file: pathFrom(directory, join(agent, problem.where)), line: 1, column: 1 };
  };
  const finding = (problem: Problem, severity: Finding["severity"]): Finding => ({
    ...place(problem),
    severity,
    rule: problem.type.replaceAll("_", "-"),
    message: visible(problem.message.replace(/\.$/, "")),
    fix: visible(fixOf(problem, manager, missing)),
  });

  const ofLoader = loaderFindings(manifest, file);
  const isSaid = ({ type }: Problem): boolean =>
    type === "no_package" && ofLoader.some(({ rule }) => rule === "no-package");
  return [
    ...manifest.contract.map((problem) => finding(problem, "error")),
    ...ofLoader,
    ...discovered.problems
      .filter((problem) => !isSaid(problem))
      .map((problem) => finding(problem, isOfOthers(problem) ? "warning" : "error")),
    ...manifest.findings.map((problem) => finding(problem, "warning")),
  ];
}

/** A broken package.json of a dependency that may have nothing to do with telemetry. */
function isOfOthers({ where }: Problem): boolean {
  return where.startsWith("node_modules/");
}

/** What keeps the cloud from starting an agent whose charm.yaml is well-formed. */
function loaderFindings(manifest: Manifest, file: string): Finding[] {
  if (manifest.contract.length > 0) return [];
  const found = { file, line: 1, column: 1, severity: "error" as const };
  const { type, entryPoint } = manifest.adapter;
  if (manifest.loader !== "ok") {
    const fix =
      entryPoint === undefined || entryPoint === ""
        ? "add the key entry_point below runtime.adapter, such as entry_point: npm start"
        : "write type: node below runtime.adapter";
    return [{ ...found, rule: "loader", message: visible(manifest.loader), fix }];
  }
  if (type !== "node" || existsSync(join(dirname(manifest.path), "package.json"))) return [];
  return [{ ...found, rule: "no-package", message: NO_PACKAGE, fix: "npm init" }];
}

/** In the words of a finding: no full stop, the command of the project's own package manager. */
function fixOf(problem: Problem, manager: PackageManagerName, missing: readonly string[]): string {
  const name = /^(?:unknown )?exporter "([^"]+)"/.exec(problem.message)?.[1];
  const uninstalled = missing.find((dependency) => name !== undefined && mayProvide(dependency, name));
  if (uninstalled !== undefined) return `${manager} install, since package.json has ${uninstalled} already`;
  return problem.fix
    .replace(/^(?:Run|Write): {2}/, "")
    .replaceAll(/npm install (\S+?)(?=[).]|$)/g, (_, packageName: string) => addCommand(manager, packageName))
    .replace(/\.$/, "");
}

function mayProvide(dependency: string, name: string): boolean {
  const word = dependency.split("/").at(-1);
  return word === `charm-telemetry-${name}` || dependency === `@charm/telemetry-${name}`;
}

/** Dependencies of the agent that package.json names and no node_modules has. */
function missingDependencies(agent: string): string[] {
  const packageJson = readJson(join(agent, "package.json"));
  const groups = [packageJson["dependencies"], packageJson["optionalDependencies"], packageJson["devDependencies"]];
  return groups
    .flatMap((group) => (typeof group === "object" && group !== null ? Object.keys(group) : []))
    .filter((name) => /^[\w@./~-]+$/.test(name) && !isInstalled(agent, name));
}

function isInstalled(folder: string, name: string): boolean {
  if (existsSync(join(folder, "node_modules", name))) return true;
  return dirname(folder) !== folder && isInstalled(dirname(folder), name);
}

/** The nearest folder with a package.json: the agent's. */
function agentFolder(folder: string): string {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, "package.json"))) return each;
    if (dirname(each) === each) return folder;
  }
}

function readJson(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // none, or a broken one: discovery says so
  }
}
