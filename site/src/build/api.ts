import { createHash } from "node:crypto";
import { indexSchema, manifestSchema, signIndex } from "@charm/telemetry-registry";
import type { SecretKey } from "@charm/telemetry-registry";
import type { Exporter } from "../list/exporter.ts";
import type { SiteFile } from "./assets.ts";

export interface ApiOptions {
  /** The registry's index, byte for byte: what is signed is what is in the repository. */
  readonly index: Uint8Array;
  readonly exporters: readonly Exporter[];
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly commit: string;
  readonly key?: SecretKey | undefined;
}

/** The registry for programs, under `api/v1/`; the whole index once more under `api/latest/`. */
export function apiFiles({ index, exporters, generatedAt, commit, key }: ApiOptions): SiteFile[] {
  const sha256 = createHash("sha256").update(index).digest("hex");
  const meta = {
    version: "1.0",
    generated_at: generatedAt,
    commit,
    exporters: exporters.length,
    size: index.length,
    sha256,
    signature: key === undefined ? null : "registry.json.minisig",
    key_id: key?.id ?? null,
  };
  const whole: SiteFile[] = [
    { path: "registry.json", content: index },
    { path: "registry.json.sha256", content: `${sha256}  registry.json\n` },
    { path: "meta.json", content: json(meta) },
  ];
  if (key !== undefined)
    whole.push({ path: "registry.json.minisig", content: signIndex(index, { generatedAt, commit }, key) });
  const single = exporters.map(({ isStale, ...exporter }) => ({
    path: `exporters/${exporter.id}.json`,
    content: json({ ...exporter, stale: isStale }),
  }));
  const under = (version: string, files: readonly SiteFile[]): SiteFile[] =>
    files.map(({ path, content }) => ({ path: `api/${version}/${path}`, content }));
  return [...under("v1", [...whole, ...single]), ...under("latest", whole), ...schemaFiles()];
}

/** Where their `$id` says that they are: editors look there. */
function schemaFiles(): SiteFile[] {
  return [manifestSchema(), indexSchema()].map((schema) => ({
    path: `schemas/${(schema.$id ?? "").split("/").at(-1)}`,
    content: json(schema),
  }));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
