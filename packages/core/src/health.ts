import type { DropReason, Unit } from "./exporter.ts";
import type { ExporterState } from "./ledger.ts";

/** One exporter's account. `accepted = delivered + dropped + pending`, at any moment. The unit is the event. */
export interface ExporterHealth {
  readonly name: string;
  readonly state: ExporterState;
  readonly accepted: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly droppedBy: Partial<Record<DropReason, number>>;
  readonly pending: number;
  /** What the exporter sent: the figures that a backend's own are compared with. */
  readonly units: Record<Unit, number>;
  readonly latencyMs: { readonly last: number; readonly max: number };
  readonly lastError?: { readonly message: string; readonly timeUnixMs: number } | undefined;
}

/** What became of the `__CHARM_EVENT__` lines. */
export interface StdoutHealth {
  readonly written: number;
  /** By event type, e.g. `{ delta: 12 }`. */
  readonly droppedBy: Record<string, number>;
  readonly bufferedBytes: number;
  /** Why nothing is written any more, e.g. `EPIPE`. */
  readonly closedBy?: string | undefined;
}

/** One view of everything. */
export interface TelemetryHealth {
  readonly exporters: readonly ExporterHealth[];
  readonly stdout: StdoutHealth;
  readonly events: {
    readonly recorded: number;
    /** Dispatched without ids while no run was open: a run was made for them. */
    readonly unattributed: number;
    /** Tool ends without an id, matched by name. */
    readonly guessed: number;
    /** Ignored: second ends, ends without a start, and what belongs to a run that has ended or was never started. */
    readonly ignored: number;
    /** Arguments that were cut to their bounds. */
    readonly truncated: number;
    /** Runs, tool calls and LLM calls that the process left open: closed as aborted. */
    readonly aborted: number;
  };
}
