import { statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { findManifest, readManifest } from "@charm/telemetry-core/manifest";
import type { Manifest } from "@charm/telemetry-core/manifest";
import { UsageError } from "./exit-code.ts";

/**
 * Reads the `charm.yaml` that people mean by `path`: the file itself, or the agent's folder.
 *
 * @throws UsageError when there is none.
 */
export async function readAgentManifest(path: string, directory: string): Promise<Manifest> {
  const target = resolve(directory, path);
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`there is no ${path}.`, "Give the agent's folder, or its charm.yaml.");
  const file = found.isDirectory() ? findManifest(target) : target;
  if (file !== undefined) return readManifest(file);
  throw new UsageError(
    `there is no charm.yaml in ${path === "." ? "this folder" : path}.`,
    "Give the folder of an agent:  charm-telemetry <command> path/to/agent",
  );
}

/** As people would write it from where they are, with forward slashes. */
export function pathFrom(directory: string, path: string): string {
  const way = relative(directory, path).split(sep).join("/");
  return way === "" ? "." : way;
}
