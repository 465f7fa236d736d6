/**
 * What `charm.yaml` says, as data, and the exporters that it asks for: for tools, and for agents that have one. Apart from
 * what all agents import, because of what reads YAML.
 */
export { findManifest, readManifest } from "./manifest/index.ts";
export type { Manifest, ManifestProblem, Problem, TelemetryName } from "./manifest/index.ts";
export { discoverExporters, installedExporters } from "./discovery.ts";
export type { Discovered, InstalledExporter } from "./discovery.ts";
export type { ExporterModule } from "./host/link.ts";
export { loadExporterClass } from "./host/load-exporter.ts";
