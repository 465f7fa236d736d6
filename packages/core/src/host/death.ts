import type { HostLimits } from "./limits.ts";
import type { Death, HostThread } from "./thread.ts";

/** How threads come to their end: whether one may, by whom, and in words. */

/** All its exporters have switched themselves off, and nothing of theirs is pending. */
export function isIdle({ exporters, ledger, control }: HostThread): boolean {
  return exporters.every(
    ({ place, from }) => ledger.state(place) === "disabled" && ledger.settled(place) === control.takenBy(place) - from,
  );
}

/** The exporter that has ended the thread, if it is known. */
export function culpritOf(thread: HostThread, death: Death): number | undefined {
  const { control, exporters } = thread;
  if (death === "idle") return undefined;
  if (exporters.length === 1) return exporters[0]?.place;
  // The one that asked for the last bit of memory need not be the one that has the rest.
  if (death === "memory") return undefined;
  return control.inside ?? control.loadingExporter;
}

/** What the exporter, known or not, did to its thread. */
export function did(thread: HostThread, death: Death, limits: HostLimits): string {
  if (death === "memory") return `used up the memory of its thread (${limits.heapMb} MB).`;
  if (death === "blocked") return "blocked its thread for too long, by an endless loop or a synchronous call.";
  return thread.failure === undefined
    ? "ended its thread, as process.exit does."
    : `ended its thread: ${thread.failure}`;
}
