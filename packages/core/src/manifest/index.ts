export { findManifest } from "./find-manifest.ts";
export { readManifest } from "./manifest.ts";
export type { Manifest, TelemetryName } from "./manifest.ts";
export type { ManifestProblem, Problem } from "./problem.ts";
