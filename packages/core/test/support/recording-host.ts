import { HOST, PENDING } from "../../src/exporter.ts";
import type { ExporterHostHandle, HookResult, Outcome, Unit } from "../../src/exporter.ts";

/** A host that only keeps accounts. */
export class RecordingHost implements ExporterHostHandle {
  accepted = 0;
  settled = 0;
  readonly outcomes: Partial<Record<Outcome, number>> = {};
  readonly units: Partial<Record<Unit, number>> = {};
  readonly warnings: string[] = [];
  readonly errors: unknown[] = [];
  disabled: string | undefined;

  static attach(exporter: object): RecordingHost {
    const host = new RecordingHost();
    Object.assign(exporter, { [HOST]: host });
    return host;
  }

  get pending(): number {
    return this.accepted - this.settled;
  }

  /** Takes the answer of a hook, as the real host does. */
  accept(result: HookResult): void {
    this.accepted++;
    if (result !== PENDING) this.settle(1, "delivered");
  }

  settle(eventCount: number, outcome: Outcome): void {
    this.settled += eventCount;
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + eventCount;
  }

  count(unit: Unit, amount: number): void {
    this.units[unit] = (this.units[unit] ?? 0) + amount;
  }

  warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  }

  disable(reason: string): void {
    this.disabled = reason;
  }

  fail(error: unknown): void {
    this.errors.push(error);
  }
}

export const START_INFO = {
  agent: { name: "research-agent", version: "1.2.3" },
  runtime: { name: "node", version: process.version, telemetryVersion: "0.0.0", isolation: "inline" },
  captureContent: true,
  mask: (text: string) => text,
} as const;
