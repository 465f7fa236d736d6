import { basename } from "node:path";
import { formatProblem } from "./errors.ts";
import { findManifest } from "./manifest/find-manifest.ts";
import type { Setup } from "./setup.ts";
import { errorText } from "./snapshot.ts";

/**
 * What `charm.yaml` asks for, and where it is found. Never rejects: what cannot be used is a warning, and events still
 * go to stdout.
 */
export async function findSetup(directory?: string): Promise<Setup> {
  const setup = { exporters: [], agent: { name: "agent" }, hasStdout: true, declaredVariables: [], watchesEnds: true };
  try {
    // The working directory may be gone.
    const folder = directory ?? process.cwd();
    setup.agent = { name: basename(folder) || setup.agent.name };
    const path = findManifest(folder);
    if (path === undefined) return { ...setup, warnings: [] };
    // Agents load what reads YAML only where there is some, and what starts threads only where exporters are on.
    const { discoverExporters, readManifest } = await import("./manifest.ts");
    const manifest = await readManifest(path);
    const found = discoverExporters(manifest);
    const host = found.exporters.length === 0 ? undefined : await import("./host/index.ts");
    return {
      ...setup,
      exporters: found.exporters,
      createHost: host?.createHost,
      agent: manifest.agent,
      declaredVariables: [...manifest.environmentVariables.models, ...manifest.environmentVariables.tools],
      warnings: [...manifest.contract, ...manifest.findings, ...found.problems].map(formatProblem),
    };
  } catch (error) {
    return { ...setup, warnings: [`charm.yaml could not be read: ${errorText(error)} Events go to stdout alone.`] };
  }
}
