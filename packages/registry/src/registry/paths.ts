/** Where people add manifests. */
export const MANIFESTS = "registry/telemetry/manifests";
/** Where the manifests of removed exporters stay, so that nobody else gets their ids. */
export const TOMBSTONES = "registry/telemetry/removed";
/** The list that is built from the manifests. */
export const INDEX = "registry/telemetry/registry.json";
/** Pairs of names that may be one letter apart. */
export const ALLOW_LIST = "registry/telemetry/similar.json";

/** Shows how a manifest is written; checked like others, but listed nowhere. */
const EXAMPLE = "_example.json";

/** The last parts of a path, whatever the separators. */
function parts(path: string): { name: string; folder: string } {
  const [name = "", folder = ""] = path.split(/[/\\]/).toReversed();
  return { name, folder };
}

export function fileNameOf(path: string): string {
  return parts(path).name;
}

export function isExample(path: string): boolean {
  return parts(path).name === EXAMPLE;
}

export function isTombstone(path: string): boolean {
  return parts(path).folder === "removed";
}
