import { TelemetryError } from "./errors.ts";
import type { BaseTelemetryExporter } from "./exporter.ts";
import type { ExporterInstance, ExporterModule, HostLink, HostOptions } from "./host/link.ts";
import { textMemberOf } from "./snapshot.ts";

/** What a program gives to a manager that it makes itself. */
export interface ManagerOptions {
  /** Exporters that the program has made itself, called in this thread. Named by their `name`, else their class. */
  readonly exporters?: readonly BaseTelemetryExporter[];
  /** False writes nothing to stdout. */
  readonly stdout?: boolean;
  /** Who runs: shown at vendors. */
  readonly agent?: { readonly name: string; readonly version?: string | undefined };
}

type Exporter = ExporterModule | ExporterInstance;

/** What `load` has found out; the constructor's own options otherwise. */
export interface ManagerParts {
  readonly exporters: readonly Exporter[];
  /** What calls the exporters; unless given they are called in this thread. */
  readonly createHost?: ((exporters: readonly Exporter[], options: HostOptions) => HostLink) | undefined;
  readonly agent: { readonly name: string; readonly version?: string | undefined };
  readonly hasStdout: boolean;
  /** Variables that charm.yaml declares. */
  readonly declaredVariables: readonly string[];
  /** Whether the process's end delivers what is pending; else the program calls `shutdown`. */
  readonly watchesEnds: boolean;
  readonly warnings: readonly string[];
}

/** @throws TelemetryError `INVALID_ARGUMENT` if the exporters are no list of objects. */
export function partsOf({ exporters = [], agent = { name: "agent" }, stdout = true }: ManagerOptions): ManagerParts {
  const isObject = (exporter: unknown): boolean => typeof exporter === "object" && exporter !== null;
  if (!Array.isArray(exporters) || !exporters.every(isObject)) {
    throw new TelemetryError("INVALID_ARGUMENT", "exporters must be a list of exporters.", {
      where: "new TelemetryManager",
      fix: "Write: new TelemetryManager({ exporters: [new AcmeExporter()] })",
    });
  }
  return {
    exporters: exporters.map((instance) => ({ name: nameOf(instance), instance })),
    agent,
    hasStdout: stdout,
    declaredVariables: [],
    watchesEnds: false,
    warnings: [],
  };
}

function nameOf(exporter: BaseTelemetryExporter): string {
  const { constructor } = exporter as { constructor?: { name?: string } };
  return textMemberOf(exporter, "name") ?? (constructor?.name || "exporter");
}
