import { createRequire } from "node:module";

/** Our own packages that a scaffold depends on, with the range of the versions that fit this scaffolder. */
export type Ranges = Readonly<Record<string, string>>;

const require = createRequire(import.meta.url);

/** The versions that are installed beside this program: npm has just fetched the newest. */
export function ownRanges(): Ranges {
  return {
    "@charm/telemetry-core": `^${versionOf("@charm/telemetry-core/package.json")}`,
    "@charm/telemetry-testkit": `^${versionOf("@charm/telemetry-testkit/package.json")}`,
    // The command has this package as a dependency, and both are released together, under one version.
    "@charm/telemetry-cli": `^${ownVersion()}`,
  };
}

export function ownVersion(): string {
  return versionOf("../package.json");
}

function versionOf(path: string): string {
  return (require(path) as { readonly version: string }).version;
}
