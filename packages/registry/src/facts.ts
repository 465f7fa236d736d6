import type { Problem } from "./problem.ts";

/** What is known of one published version of a package; the shape of the entries of a `--facts` file. */
export interface PackageFacts {
  readonly version: string;
  /** `null` if package.json names none. */
  readonly license: string | null;
  /** As package.json has it. */
  readonly repository: string | { readonly type?: string; readonly url: string; readonly directory?: string } | null;
  /** By group, then by name: `{ "charm.telemetry": { "acme": "./dist/index.js#AcmeExporter" } }`. */
  readonly entry_points: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Whether the entry point that the manifest's id names is an exporter, tried in a sandbox; a text says what it lacks,
   * and `null` that it could not be tried.
   */
  readonly implements_contract: boolean | string | null;
  /** The names of scripts that npm would run at an install. */
  readonly install_scripts: readonly string[];
  /** Where the attestation says that the package was built; `null` without an attestation. */
  readonly provenance: { readonly source: string } | null;
  /** npm's deprecation notice. */
  readonly deprecated: false | string;
  /** What else is wrong with the package itself: its size, its dependencies, details of its entry points. */
  readonly problems?: readonly Problem[];
}

/** There is no such package, or no such version of it. */
export interface MissingPackage {
  readonly missing: "package" | "version";
}

/** Nobody can say now; neither a pass nor a failure. */
export interface UndecidedPackage {
  /** Such as `503 after 3 tries`. */
  readonly undecided: string;
}

/** The package or its tarball is not what it should be, so that nothing else is known of it. */
export interface BrokenPackage {
  readonly broken: { readonly rule: "npm-integrity" | "tarball" | "package-size"; readonly message: string };
}

/** What asking for the facts of a package has come to. */
export type FactsAnswer = PackageFacts | MissingPackage | UndecidedPackage | BrokenPackage;
