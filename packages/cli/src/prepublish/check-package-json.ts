import { checkLicense } from "@charm/telemetry-registry";
import { shown } from "@charm/telemetry-registry/findings";
import type { Flaw } from "./flaw.ts";
import { asObject } from "./flaw.ts";

const NOWHERE_ELSE = /^(?:workspace|catalog|file|link|portal):/;

/** What package.json says, as it would be published. */
export function checkPackageJson(packageJson: Readonly<Record<string, unknown>>): Flaw[] {
  const { name, license, publishConfig, engines } = packageJson;
  const flaws: Flaw[] = [];
  if (packageJson["private"] === true)
    flaws.push({
      severity: "error",
      rule: "private",
      message: "npm publishes no private package",
      fix: 'remove "private"',
      path: ["private"],
    });
  if (typeof license !== "string")
    flaws.push({
      severity: "error",
      rule: "license-spdx",
      message: "no licence",
      fix: 'write "license": "MIT", or another SPDX expression',
    });
  else for (const problem of checkLicense(license)) flaws.push({ severity: "error", ...problem, path: ["license"] });
  if (typeof asObject(engines)["node"] !== "string")
    flaws.push({
      severity: "warning",
      rule: "engines",
      message: "does not say which versions of Node it works on",
      fix: 'write "engines": { "node": ">=20.19.0" }',
    });
  if (String(name).startsWith("@") && asObject(publishConfig)["access"] === undefined)
    flaws.push({
      severity: "warning",
      rule: "access",
      message: "npm publishes the first version of a scoped package in private unless told otherwise",
      fix: 'write "publishConfig": { "access": "public" }',
      path: ["name"],
    });
  return [...flaws, ...checkRanges(packageJson)];
}

function checkRanges(packageJson: Readonly<Record<string, unknown>>): Flaw[] {
  const groups = ["dependencies", "optionalDependencies", "peerDependencies"];
  return groups.flatMap((group) =>
    Object.entries(asObject(packageJson[group])).flatMap(([dependency, range]): Flaw[] => {
      if (!NOWHERE_ELSE.test(String(range))) return [];
      const message = `"${shown(dependency)}" is "${shown(String(range))}", which nobody else can install`;
      const fix = "pack with the package manager of the workspace, or write a range of versions";
      return [{ severity: "error", rule: "dependencies", message, fix, path: [group, dependency] }];
    }),
  );
}

/** Exporters have an entry point; a name or a peer that only exporters have asks for one. */
export function isExporter(packageJson: Readonly<Record<string, unknown>>): boolean {
  if (asObject(packageJson["charm"])["telemetry"] !== undefined) return true;
  return /^(?:@[^/]+\/)?charm-telemetry-/.test(String(packageJson["name"]));
}
