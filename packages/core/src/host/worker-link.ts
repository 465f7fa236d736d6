import type { EventContext, HookName } from "../events.ts";
import type { ExporterHealth } from "../health.ts";
import { Accounts } from "./accounts.ts";
import type { HostLimits } from "./limits.ts";
import type { ExporterModule, HostLink, HostOptions } from "./link.ts";
import { Outbox } from "./outbox.ts";
import { Supervisor } from "./supervisor.ts";

const MAX_SLICE_MS = 50;
// At the deadline, a thread that has been silent for so long may be what would hold the process.
const SILENT_MS = 250;

/** Exporters in threads of their own: the agent's thread packs events and reads figures, nothing else. */
export class WorkerLink implements HostLink {
  readonly needsLoop: boolean = false;
  readonly #limits: HostLimits;
  readonly #accounts: Accounts;
  readonly #outbox: Outbox;
  readonly #supervisor: Supervisor;
  #isClosed = false;
  #drainedEvents = 0;
  #shutdown: Promise<void> | undefined;

  /** @param file the built worker. */
  constructor(modules: readonly ExporterModule[], host: HostOptions, limits: HostLimits, file: URL) {
    this.#limits = limits;
    const accounts = new Accounts(modules.map(({ name }) => name));
    const outbox: Outbox = new Outbox(
      limits,
      (batch) => this.#supervisor.post(batch),
      () => this.#supervisor.progress,
    );
    this.#accounts = accounts;
    this.#outbox = outbox;
    this.#supervisor = new Supervisor({ modules, host, limits, file, accounts, outbox });
  }

  get isStuck(): boolean {
    return this.#supervisor.isStuck;
  }

  append(hook: HookName, first: unknown, second: unknown, context: EventContext): void {
    const accounts = this.#accounts;
    accounts.accepted++;
    if (accounts.areAllOff) return;
    if (this.#shutdown !== undefined) accounts.late++;
    else if (!this.#outbox.add(hook, first, second, context)) accounts.overflow++;
  }

  setSecrets(secrets: ReadonlyMap<string, string>): void {
    this.#supervisor.post({ kind: "secrets", secrets });
  }

  flush(timeoutMs: number): Promise<void> {
    this.#outbox.post();
    return this.#supervisor.ask("flush", timeoutMs);
  }

  shutdown(timeoutMs: number): Promise<void> {
    this.#shutdown ??= this.#shutDown(timeoutMs);
    return this.#shutdown;
  }

  async #shutDown(timeoutMs: number): Promise<void> {
    this.#outbox.post();
    await this.#supervisor.ask("end", timeoutMs);
    this.#isClosed = true;
    await this.#supervisor.close();
    this.#outbox.close();
  }

  drainSync(deadline: number, whileWaiting: () => void): void {
    // A process that has recorded nothing has nothing to wait for.
    if (this.#isClosed || this.#outbox.events === this.#drainedEvents) return;
    this.#outbox.post();
    const supervisor = this.#supervisor;
    const { bell } = supervisor;
    const timeoutMs = deadline - performance.now();
    // Soon enough for the other exporters to get what is left of the time.
    const blockedMs = Math.min(this.#limits.blockedMs, Math.max(1000, timeoutMs / 2));
    let isDone = false;
    const id = supervisor.request("end", timeoutMs, () => {
      isDone = true;
    });
    for (;;) {
      const rung = Atomics.load(bell, 0);
      supervisor.readReports();
      const leftMs = deadline - performance.now();
      if (isDone || leftMs <= 0) break;
      supervisor.checkSync(blockedMs);
      Atomics.wait(bell, 0, rung, Math.min(MAX_SLICE_MS, leftMs));
      whileWaiting();
    }
    supervisor.forget(id);
    if (isDone) this.#drainedEvents = this.#outbox.events;
    else supervisor.endSilentSync(SILENT_MS);
  }

  health(): ExporterHealth[] {
    return this.#accounts.health();
  }
}
