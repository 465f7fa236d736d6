import { basename } from "node:path";
import { discoverExporters } from "./discovery.ts";
import { formatProblem } from "./errors.ts";
import type { ManagerParts } from "./manager.ts";
import { findManifest, readManifest } from "./manifest/index.ts";
import { errorText } from "./snapshot.ts";

/**
 * What `charm.yaml` asks for, and where it is found. Never rejects: what cannot be used is a warning, and events still
 * go to stdout.
 */
export async function findParts(directory: string): Promise<ManagerParts> {
  const nothing = { exporters: [], agent: { name: basename(directory) || "agent" }, hasStdout: true, declaredVariables: [], watchesEnds: true };
  try {
    const path = findManifest(directory);
    if (path === undefined) return { ...nothing, warnings: [] };
    const manifest = await readManifest(path);
    const found = discoverExporters(manifest);
    return {
      ...nothing,
      exporters: found.exporters,
      agent: manifest.agent,
      declaredVariables: [...manifest.environmentVariables.models, ...manifest.environmentVariables.tools],
      warnings: [...manifest.contract, ...manifest.findings, ...found.problems].map(formatProblem),
    };
  } catch (error) {
    return { ...nothing, warnings: [`charm.yaml could not be read: ${errorText(error)} Events go to stdout alone.`] };
  }
}
