import type { Discovered, InstalledExporter, Manifest } from "@charm/telemetry-core/manifest";
import type { Finding } from "@charm/telemetry-registry/findings";
import { tryExporter } from "../try/try-exporter.ts";

/** One exporter of an agent. */
export interface ExporterRow {
  readonly name: string;
  readonly package?: string;
  readonly version?: string;
  /** Whether `charm.yaml` names it. */
  readonly listed: boolean;
  /** `off`: installed, and not listed. */
  readonly state: "ok" | "off" | "refused" | "not installed";
  /** Why it is refused, or cannot be found. */
  readonly reason?: string;
}

/** Those that `charm.yaml` lists, in its order, then the others that are installed. Only listed ones are imported. */
export async function exporterRows(
  manifest: Pick<Manifest, "telemetry">,
  exporters: Discovered["exporters"],
  installed: readonly InstalledExporter[],
  findings: readonly Finding[],
  environment: NodeJS.ProcessEnv,
): Promise<ExporterRow[]> {
  const names = [...new Set(manifest.telemetry.map(({ name }) => name))];
  const ofManifest = names.map(async (name): Promise<ExporterRow> => {
    const module = exporters.find((exporter) => exporter.name === name);
    if (module !== undefined) {
      const [reason] = await tryExporter("load-exporter", { module, environment });
      const row = { name, ...packageParts(module.packageName), listed: true };
      return reason === undefined ? { ...row, state: "ok" } : { ...row, state: "refused", reason };
    }
    const place = manifest.telemetry.find((each) => each.name === name);
    const finding = findings.find(({ line, column }) => line === place?.line && column === place.column);
    const found = installed.filter((each) => each.name === name);
    if (found.length === 0) return { name, listed: true, state: "not installed", ...because(finding?.fix) };
    const parts = found.length === 1 ? packageParts(found[0]?.packageName ?? "") : {};
    return { name, ...parts, listed: true, state: "refused", ...because(finding?.message) };
  });
  const others = installed
    .filter(({ name }) => !names.includes(name))
    .map(({ name, packageName }): ExporterRow => {
      return { name, ...packageParts(packageName), listed: false, state: "off" };
    });
  return [...(await Promise.all(ofManifest)), ...others];
}

function because(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

/** `@acme/exporter@1.2.3`: the version is behind the last @, unless that one begins a scope. */
function packageParts(label: string): { package: string; version?: string } {
  const at = label.lastIndexOf("@");
  return at > 0 ? { package: label.slice(0, at), version: label.slice(at + 1) } : { package: label };
}
