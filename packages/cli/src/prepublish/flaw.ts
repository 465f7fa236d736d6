import type { Severity } from "@charm/telemetry-registry/findings";

/** What is wrong with a package, before it is known where that stands in the author's folder. */
export interface Flaw {
  readonly severity: Severity;
  readonly rule: string;
  readonly message: string;
  readonly got?: string | undefined;
  readonly want?: string | undefined;
  readonly fix?: string | undefined;
  /** Where in package.json, keys from the outside in; empty for all of it. */
  readonly path?: readonly string[];
  /** Where in another file of the package. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

/** Files of a package by their path in it, with forward slashes. */
export type Files = ReadonlyMap<string, Uint8Array>;

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
