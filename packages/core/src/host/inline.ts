import type { EventContext, HookName } from "../events.ts";
import type { ExporterHealth } from "../health.ts";
import { Ledger } from "../ledger.ts";
import { errorRecord } from "../error-record.ts";
import { LedgerAccount, healthOf } from "./account.ts";
import { seesContent } from "./content.ts";
import { hostEvent, maskedContext } from "./event.ts";
import { Lanes } from "./lanes.ts";
import { HOST_LIMITS } from "./limits.ts";
import type { HostLimits } from "./limits.ts";
import type { ExporterInstance, ExporterModule, HostLink, HostOptions } from "./link.ts";
import { loadExporterClass } from "./load-exporter.ts";

export function createInlineHost(
  exporters: readonly (ExporterModule | ExporterInstance)[],
  options: HostOptions,
): HostLink {
  return new InlineLink(exporters, options, HOST_LIMITS);
}

/**
 * Exporters in the agent's own thread: those that the program has made itself, and modules where no thread can be had.
 *
 * Hooks run inside `append`. What is asynchronous in an exporter needs the event loop, so `drainSync` cannot wait for
 * it: it calls what is left to call, and what has not settled by then stays pending.
 */
export class InlineLink implements HostLink {
  readonly isStuck: boolean = false;
  readonly #names: readonly string[];
  readonly #ledger: Ledger;
  readonly #accounts: readonly LedgerAccount[];
  readonly #lanes: Lanes;
  #accepted = 0;
  #shutdown: Promise<void> | undefined;

  constructor(exporters: readonly (ExporterModule | ExporterInstance)[], options: HostOptions, limits: HostLimits) {
    const { agent, secrets, settings, warn } = options;
    const mask = (text: string): string => this.#lanes.masker.mask(text);
    this.#names = exporters.map(({ name }) => name);
    this.#ledger = new Ledger(exporters.length);
    this.#accounts = exporters.map((_, place) => new LedgerAccount(this.#ledger, place, mask, warn));
    this.#lanes = new Lanes(
      exporters.map((exporter, place) => ({
        name: exporter.name,
        captureContent: seesContent(settings, exporter.name),
        account: this.#accounts[place] as LedgerAccount,
        load: () => load(exporter),
      })),
      { agent, secrets, limits, isolation: "inline", schedule: (lane) => lane.run() },
    );
    this.#lanes.open();
  }

  get needsLoop(): boolean {
    return this.#names.length > 0;
  }

  append(hook: HookName, first: unknown, second: unknown, context: EventContext): void {
    this.#accepted++;
    if (this.#names.length === 0) return;
    const { masker } = this.#lanes;
    this.#lanes.push(hostEvent(hook, plain(first), plain(second), maskedContext(context, masker), masker));
  }

  setSecrets(secrets: ReadonlyMap<string, string>): void {
    this.#lanes.setSecrets(secrets);
  }

  flush(timeoutMs: number): Promise<void> {
    return held(this.#lanes.flush(timeoutMs));
  }

  shutdown(timeoutMs: number): Promise<void> {
    this.#shutdown ??= held(this.#lanes.end(timeoutMs));
    return this.#shutdown;
  }

  drainSync(deadline: number, whileWaiting: () => void): void {
    void this.#lanes.end(Math.max(0, deadline - performance.now()));
    whileWaiting();
  }

  health(): ExporterHealth[] {
    return this.#names.map((name, place) =>
      healthOf(name, this.#accepted, this.#ledger.read(place), this.#accounts[place]?.lastError),
    );
  }
}

function plain(value: unknown): unknown {
  return value instanceof Error ? errorRecord(value) : value;
}

function load(exporter: ExporterModule | ExporterInstance): (() => object) | Promise<() => object> {
  if ("instance" in exporter) return () => exporter.instance;
  return loadExporterClass(exporter).then((ExporterClass) => () => new ExporterClass());
}

/** Lanes hold no process alive; somebody who waits for them does. */
async function held(promise: Promise<void>): Promise<void> {
  const hold = setInterval(() => {}, 1 << 30);
  try {
    await promise;
  } finally {
    clearInterval(hold);
  }
}
