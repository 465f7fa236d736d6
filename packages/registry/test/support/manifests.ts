import { readManifestFile } from "../../src/index.ts";
import type { ManifestDocument, RegistryFile } from "../../src/index.ts";

const MANIFESTS = "registry/telemetry/manifests";

/** What a manifest of an id could say; undefined leaves a key out. */
export function manifestOf(id: string, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id,
    npm_package: `charm-telemetry-${id}`,
    name: `The ${id} exporter`,
    description: `Sends agent runs to ${id} as traces.`,
    author: "Acme Inc.",
    tags: ["metrics", "tracing"],
    github_url: `https://github.com/acme/charm-telemetry-${id}`,
    version: "1.0.0",
    license: "MIT",
    ...changes,
  };
}

/** The same as the file that people add. */
export function fileOf(id: string, changes: Readonly<Record<string, unknown>> = {}): RegistryFile {
  return textFile(`${id}.json`, `${JSON.stringify(manifestOf(id, changes), null, 2)}\n`);
}

export function textFile(name: string, text: string): RegistryFile {
  return { path: `${MANIFESTS}/${name}`, bytes: Buffer.from(text) };
}

/** A file that has to be readable. */
export function read({ path, bytes }: RegistryFile): ManifestDocument {
  const { manifest } = readManifestFile(path, bytes);
  if (manifest === undefined) throw new Error(`${path} is no manifest`);
  return manifest;
}
