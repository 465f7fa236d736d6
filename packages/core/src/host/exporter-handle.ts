import { TelemetryError } from "../errors.ts";
import { DROP_REASONS, UNITS } from "../exporter.ts";
import type { ExporterHostHandle, Outcome } from "../exporter.ts";
import type { LaneAccount } from "./account.ts";
import type { Handed } from "./handed.ts";

export interface HandleOptions {
  readonly account: LaneAccount;
  readonly handed: Handed;
  readonly warn: (message: string) => void;
  readonly disable: (reason: string, error: unknown) => void;
}

/** What an exporter says to its host. It may say anything: what makes no sense is kept as its last error. */
export function exporterHandle({ account, handed, warn, disable }: HandleOptions): ExporterHostHandle {
  return {
    settle: (eventCount, outcome) => {
      if (Number.isSafeInteger(eventCount) && eventCount >= 0 && isOutcome(outcome))
        tellSurplus(account, handed.settle(eventCount, outcome));
      else
        account.error(
          new TelemetryError("CONTRACT", `settle(${eventCount}, ${JSON.stringify(outcome)}) is not understood`),
        );
    },
    count: (unit, amount) => {
      if (UNITS.includes(unit) && amount > 0 && Number.isFinite(amount)) account.count(unit, amount);
    },
    warn: (message) => warn(String(message)),
    disable: (reason) => disable(String(reason), new TelemetryError("HOST", `disabled, ${reason}`)),
    fail: (error) => account.error(error),
  };
}

/** @param eventCount events that an exporter has settled and that were not pending. */
export function tellSurplus(account: LaneAccount, eventCount: number): void {
  if (eventCount === 0) return;
  account.error(new TelemetryError("CONTRACT", `${eventCount} more events were settled than were pending`));
}

function isOutcome(outcome: unknown): outcome is Outcome {
  return outcome === "delivered" || (DROP_REASONS as readonly unknown[]).includes(outcome);
}
