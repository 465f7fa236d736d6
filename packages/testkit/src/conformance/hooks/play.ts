import type { TelemetryEvent } from "@charm/telemetry-core";
import type { AttachedExporter } from "../attach.ts";
import type { Bench } from "../bench.ts";

/** Hands events to a new exporter, up to its shutdown; reports hooks that fail, and events that nobody answers for. */
export async function playToEnd(bench: Bench, events: readonly TelemetryEvent[], what: string): Promise<void> {
  const attached = await bench.start();
  for (const { hook, error } of await attached.play(events))
    bench.reportOnce(`${hook} takes ${what}`, `${hook} failed: ${error}`);
  await end(bench, attached);
}

/** Flushes and shuts down; reports what fails, and events that are still pending then. */
export async function end(bench: Bench, attached: AttachedExporter): Promise<void> {
  for (const name of ["flush", "shutdown"] as const) {
    const called = await attached[name]();
    if (!called.isOk) bench.report(`${name}() resolves`, `${name}() failed: ${called.error}`);
  }
  const { accepted, pending } = attached.account;
  if (pending > 0)
    bench.report(
      "every event whose hook returned this.pending is settled by the end of shutdown(), delivered or dropped",
      `${pending} of ${accepted} events are still pending`,
    );
}
