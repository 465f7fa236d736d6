import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { shown } from "@charm/telemetry-registry/findings";
import type { Finding } from "@charm/telemetry-registry/findings";
import {
  PACKAGE_LIMITS,
  checkDescription as checkByRegistry,
  describePackage,
  openTarball,
} from "@charm/telemetry-registry/package";
import type { PackageDescription, PackageProblem } from "@charm/telemetry-registry/package";
import type { PackageManagerName } from "create-charm-telemetry/package-manager";
import type { Terminal } from "../terminal.ts";
import { checkEntryPoints } from "./check-entry-points.ts";
import { checkFiles } from "./check-files.ts";
import { checkPackageJson, isExporter } from "./check-package-json.ts";
import { checkRepository, findCheckout } from "./check-repository.ts";
import { checkSecrets, secretsAround } from "./check-secrets.ts";
import { checkTypes } from "./check-types.ts";
import { asObject } from "./flaw.ts";
import type { Flaw } from "./flaw.ts";
import { lintPackage } from "./lint-package.ts";
import { placeFlaws } from "./place-flaws.ts";

/** A package as it would be published, and what is wrong with it. */
export interface CheckedPackage {
  readonly name: string;
  readonly version: string;
  readonly files: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** The names that its entry points have in `charm.yaml`. */
  readonly exporters: readonly string[];
  readonly findings: readonly Finding[];
}

/** What there is to say of a package that cannot be read. */
export const UNKNOWN_PACKAGE: CheckedPackage = {
  name: "?",
  version: "?",
  files: 0,
  packedBytes: 0,
  unpackedBytes: 0,
  exporters: [],
  findings: [],
};

interface Author {
  /** Where the package is made. */
  readonly folder: string;
  readonly manager: PackageManagerName;
  /** An empty folder, which somebody else removes. */
  readonly temporary: string;
  readonly terminal: Terminal;
}

export async function checkTarball(tarball: Uint8Array, author: Author): Promise<CheckedPackage> {
  const { folder, terminal } = author;
  const source = readFileSync(join(folder, "package.json"), "utf8");
  const found = (flaws: readonly Flaw[]): Finding[] => placeFlaws(flaws, folder, source, terminal.directory);

  // What an author packs is no attack: it may be large, which is a rule and no limit here.
  const opened = await openTarball(tarball);
  const unknown = { ...UNKNOWN_PACKAGE, packedBytes: tarball.byteLength };
  if (opened.files === undefined) return { ...unknown, findings: found(opened.problems.map(asFlaw)) };
  const description = describePackage(opened.files);
  if ("rule" in description) return { ...unknown, findings: found([asFlaw(description)]) };

  const packageJson = asObject(JSON.parse(description.text));
  const flaws = [
    ...sameName(description, asObject(JSON.parse(source))),
    ...checkFiles(opened.files, packageJson),
    ...checkSecrets(opened.files, secretsAround(folder, terminal.environment)),
    ...checkPackageJson(packageJson),
    ...checkRepository(packageJson, await findCheckout(folder)),
    ...checkDescription(description, isExporter(packageJson)),
    ...(await lintPackage(tarball)),
    ...(await checkTypes(tarball, opened.files, folder, author.manager)),
    ...(await checkEntryPoints(description, folder, author.temporary)),
  ];
  return {
    name: description.name,
    version: description.version,
    files: opened.files.size,
    packedBytes: tarball.byteLength,
    unpackedBytes: description.unpackedBytes,
    exporters: [...description.entryPoints.keys()],
    findings: found(withoutEchoes(flaws)),
  };
}

/** A wrong range is seen by several: who says first what to do about it is heard. */
function withoutEchoes(flaws: readonly Flaw[]): Flaw[] {
  const seen = new Set<string>();
  return flaws.filter(({ path = [] }) => {
    const place = path.join("\0");
    const isEcho = seen.has(place);
    if (/^(?:d|optionalD|peerD)ependencies$/.test(path[0] ?? "") && path.length === 2) seen.add(place);
    return !isEcho;
  });
}

function sameName({ name }: PackageDescription, source: Readonly<Record<string, unknown>>): Flaw[] {
  if (name === source["name"]) return [];
  const message = `the tarball holds "${shown(name)}"`;
  return [{ severity: "error", rule: "tarball", message, want: `"${shown(String(source["name"]))}"`, path: ["name"] }];
}

/** The registry's rules of a package; those of exporters hold for exporters alone. */
function checkDescription(description: PackageDescription, isAnExporter: boolean): Flaw[] {
  const ofAll = new Set<string>(["install-script"]);
  return checkByRegistry(description, PACKAGE_LIMITS, [coreVersion()])
    .filter(({ rule }) => isAnExporter || ofAll.has(rule))
    .map(asFlaw);
}

/** The version of core that this command comes with: today's. */
function coreVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("@charm/telemetry-core/package.json") as { version: string }).version;
}

function asFlaw({ rule, message, got, want, fix, path }: PackageProblem): Flaw {
  return { severity: "error", rule, message, got, want, fix, path };
}
