import { basename } from "node:path";
import { discoverExporters } from "./discovery.ts";
import { formatProblem } from "./errors.ts";
import type { ManagerParts } from "./manager-parts.ts";
import { findManifest, readManifest } from "./manifest/index.ts";
import { errorText } from "./snapshot.ts";

/**
 * What `charm.yaml` asks for, and where it is found. Never rejects: what cannot be used is a warning, and events still
 * go to stdout.
 */
export async function findParts(directory?: string): Promise<ManagerParts> {
  const parts = { exporters: [], agent: { name: "agent" }, hasStdout: true, declaredVariables: [], watchesEnds: true };
  try {
    // The working directory may be gone.
    const folder = directory ?? process.cwd();
    parts.agent = { name: basename(folder) || parts.agent.name };
    const path = findManifest(folder);
    if (path === undefined) return { ...parts, warnings: [] };
    const manifest = await readManifest(path);
    const found = discoverExporters(manifest);
    // Agents without exporters never load what starts threads.
    const host = found.exporters.length === 0 ? undefined : await import("./host/index.ts");
    return {
      ...parts,
      exporters: found.exporters,
      createHost: host?.createHost,
      agent: manifest.agent,
      declaredVariables: [...manifest.environmentVariables.models, ...manifest.environmentVariables.tools],
      warnings: [...manifest.contract, ...manifest.findings, ...found.problems].map(formatProblem),
    };
  } catch (error) {
    return { ...parts, warnings: [`charm.yaml could not be read: ${errorText(error)} Events go to stdout alone.`] };
  }
}
