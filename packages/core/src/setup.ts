import { TelemetryError } from "./errors.ts";
import type { EventContext, HookArguments, HookName } from "./events.ts";
import type { StartInfo } from "./exporter.ts";
import type { ExporterInstance, ExporterModule, HostLink, HostOptions } from "./host/link.ts";
import { textMemberOf } from "./snapshot.ts";

/** What a program gives to a manager that it makes itself. */
export interface ManagerOptions {
  /** Exporters that the program has made itself, called in this thread. Named by their `name`, else their class. */
  readonly exporters?: readonly ExporterLike[];
  /** False writes nothing to stdout. */
  readonly stdout?: boolean;
  /** Who runs: shown at vendors. */
  readonly agent?: { readonly name: string; readonly version?: string | undefined };
}

type Arguments<Hook extends HookName> = [...HookArguments[Hook], context: EventContext];

/**
 * Any object with the methods of `BaseTelemetryExporter`: the class of another copy of core is another class, and has
 * its own mark for what is pending.
 */
export interface ExporterLike {
  onRunStart(...args: Arguments<"onRunStart">): unknown;
  onRunEnd(...args: Arguments<"onRunEnd">): unknown;
  onError(...args: Arguments<"onError">): unknown;
  onToolStart(...args: Arguments<"onToolStart">): unknown;
  onToolEnd(...args: Arguments<"onToolEnd">): unknown;
  onToolError(...args: Arguments<"onToolError">): unknown;
  onLlmNewToken(...args: Arguments<"onLlmNewToken">): unknown;
  onAgentAction(...args: Arguments<"onAgentAction">): unknown;
  onLlmStart?(...args: Arguments<"onLlmStart">): unknown;
  onLlmEnd?(...args: Arguments<"onLlmEnd">): unknown;
  onLlmError?(...args: Arguments<"onLlmError">): unknown;
  start?(info: StartInfo, signal: AbortSignal): unknown;
  flush?(signal: AbortSignal): unknown;
  shutdown?(signal: AbortSignal): unknown;
}

type Exporter = ExporterModule | ExporterInstance;

/** What a manager is made of: `load` finds it, a program's options say it. */
export interface Setup {
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
export function setupOf({ exporters = [], agent = { name: "agent" }, stdout = true }: ManagerOptions): Setup {
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

function nameOf(exporter: ExporterLike): string {
  const { constructor } = exporter as { constructor?: { name?: string } };
  return textMemberOf(exporter, "name") ?? (constructor?.name || "exporter");
}
