import { readManifestFile } from "../document/read.ts";
import type { Finding } from "../finding.ts";
import { printManifest } from "../format/format-manifest.ts";
import { fileNameOf, isTombstone } from "./paths.ts";
import type { RegistryFile } from "./validate.ts";
import { validateManifest } from "./validate.ts";

/** What is to become of an exporter. */
export type Status =
  | { readonly state: "active" }
  | { readonly state: "deprecated"; readonly reason: string; readonly replaced_by?: string | undefined }
  /** @see TOMBSTONES */
  | { readonly state: "removed"; readonly date: string; readonly reason?: string | undefined };

export interface ChangedFile {
  /** Where the file belongs from now on; that of a removed exporter moves to `removed/`. */
  readonly path: string;
  /** Absent if the file could not be read. */
  readonly text?: string;
  /** What is wrong with the file as it would be. */
  readonly findings: Finding[];
}

/** A manifest with another status: deprecated, removed (which keeps its id for ever), or active again. */
export function changeStatus(file: RegistryFile, status: Status): ChangedFile {
  const { manifest, findings } = readManifestFile(file.path, file.bytes);
  if (manifest === undefined || findings.length > 0) return { path: file.path, findings };
  const { state, ...more } = status;
  const told = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  const text = printManifest(manifest, { status: state === "active" ? undefined : { state, ...told } });
  const path = pathFor(file.path, state);
  return { path, text, findings: validateManifest({ path, bytes: Buffer.from(text) }) };
}

function pathFor(path: string, state: Status["state"]): string {
  const isMoving = isTombstone(path) !== (state === "removed");
  const folders = path.split("/").slice(0, -2);
  return isMoving ? [...folders, state === "removed" ? "removed" : "manifests", fileNameOf(path)].join("/") : path;
}
