import { errorText } from "../snapshot.ts";
import type { Accounts } from "./accounts.ts";
import { seesContent } from "./content.ts";
import { culpritOf, did, isIdle } from "./death.ts";
import type { HostLimits } from "./limits.ts";
import type { ExporterModule, HostOptions } from "./link.ts";
import type { Order, Report } from "./messages.ts";
import type { Outbox, Progress } from "./outbox.ts";
import { Requests } from "./requests.ts";
import { HostThread } from "./thread.ts";
import type { Death } from "./thread.ts";

export interface SupervisorOptions {
  readonly modules: readonly ExporterModule[];
  readonly host: HostOptions;
  readonly limits: HostLimits;
  /** The built worker. */
  readonly file: URL;
  readonly accounts: Accounts;
  readonly outbox: Outbox;
}

const CHECK_MS = 500;
/** Prints of exporters that people are shown; the diary has the rest. */
const MAX_PRINTS = 20;
/** With so many threads that do not end, no further one is started before one of them has. */
const MAX_STUCK = 2;

/**
 * Keeps the exporters running: one thread for all of them. When an exporter ends or blocks it, a new one goes on without
 * that exporter; if nobody knows which one it was, each gets a thread of its own, so that the next time it is known.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #bell = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #requests = new Requests();
  readonly #threads = new Set<HostThread>();
  /** Threads that were told to end, and why. */
  readonly #dying = new Map<HostThread, Death>();
  /** Threads that have not ended although they were told to: code that is not JavaScript cannot be interrupted. */
  readonly #stuck = new Set<HostThread>();
  readonly #toldStuck = new WeakSet<HostThread>();
  /** What is to be started when a stuck thread has ended. */
  #postponed: (() => void)[] = [];
  readonly #checks: NodeJS.Timeout;
  #secrets: ReadonlyMap<string, string>;
  #prints = 0;
  #isClosed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#secrets = options.host.secrets;
    this.#start(options.modules.map((_, place) => place));
    this.#checks = setInterval(() => this.#check(), CHECK_MS).unref();
  }

  get isStuck(): boolean {
    return [...this.#stuck].some((thread) => !thread.isGone);
  }

  /** Rung with every report of a thread. */
  get bell(): Int32Array {
    return new Int32Array(this.#bell);
  }

  /** How far the slowest thread has read. */
  get progress(): Progress {
    const { accounts, outbox } = this.#options;
    let { events, bytes } = outbox.progressAt(accounts.neededFrom(outbox.events));
    for (const { control } of this.#threads) {
      events = Math.min(events, control.receivedEvents);
      bytes = Math.min(bytes, control.receivedBytes);
    }
    return { events, bytes };
  }

  post(order: Order): void {
    if (order.kind === "secrets") this.#secrets = order.secrets;
    for (const thread of this.#threads) thread.post(order);
    this.#release();
  }

  /** Asks every thread; resolves when all have done it or time is up. Holds the process until then. */
  ask(kind: "flush" | "end", timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#requests.forget(id);
        resolve();
      }, timeoutMs);
      const id = this.request(kind, timeoutMs, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** @param done called when all threads have done it. */
  request(kind: "flush" | "end", timeoutMs: number, done: () => void): number {
    return this.#requests.ask(kind, timeoutMs, this.#threads, done);
  }

  forget(request: number): void {
    this.#requests.forget(request);
  }

  readReports(): void {
    for (const thread of this.#threads) thread.readReports();
  }

  /** Looks after the threads in the middle of a turn of the loop. */
  checkSync(blockedMs: number): void {
    const now = performance.now();
    this.#forgetEnded();
    for (const thread of this.#threads) {
      const death = this.#dying.get(thread) ?? thread.check(now, blockedMs);
      if (death === undefined) continue;
      const culprit = culpritOf(thread, death);
      this.#replace(thread, death, culprit, thread.terminateSync());
    }
  }

  /** For the last moment: finds out whether a thread that gives no sign of life could hold the process. */
  endSilentSync(silentMs: number): void {
    for (const thread of this.#threads) {
      if (thread.silentMs >= silentMs && !thread.terminateSync()) this.#stuck.add(thread);
    }
    this.#warnOfStuck();
  }

  /** Ends all threads; what they have not settled is given up. */
  async close(): Promise<void> {
    const { accounts, outbox } = this.#options;
    this.#isClosed = true;
    clearInterval(this.#checks);
    this.readReports();
    await Promise.all(
      [...this.#threads].map(async (thread) => {
        if (!(await thread.terminate())) this.#stuck.add(thread);
        for (const { place } of thread.exporters) accounts.detach(place, thread.control.takenBy(place), "deadline");
      }),
    );
    accounts.close(outbox.events);
    this.#threads.clear();
    this.#postponed = [];
    this.#warnOfStuck();
  }

  #start(places: readonly number[]): HostThread | undefined {
    const { modules, host, limits, file, accounts, outbox } = this.#options;
    const from = Math.min(...places.map((place) => accounts.from(place)));
    const read = outbox.progressAt(from);
    try {
      const thread = new HostThread({
        file,
        agent: host.agent,
        exporters: places.map((place) => {
          const module = modules[place] as ExporterModule;
          return { place, module, captureContent: seesContent(host.settings, module.name), from: accounts.from(place) };
        }),
        secrets: this.#secrets,
        limits,
        exporterCount: modules.length,
        bell: this.#bell,
        receivedEvents: read.events,
        receivedBytes: read.bytes,
        report: (report) => this.#report(thread, report),
        died: (death) => this.#replace(thread, death, culpritOf(thread, death), true),
      });
      this.#threads.add(thread);
      for (const place of places) accounts.attach(place, thread.ledger);
      for (const batch of outbox.from(from)) thread.post(batch);
      host.debug(`exporter host: a thread for ${this.#names(places)}`);
      return thread;
    } catch (error) {
      for (const place of places) this.#switchOff(place, `no thread could be started for it: ${errorText(error)}`);
      return undefined;
    }
  }

  #check(): void {
    const now = performance.now();
    this.#forgetEnded();
    this.#warnOfStuck();
    for (const thread of this.#threads) {
      if (this.#dying.has(thread)) continue;
      const death = thread.check(now, this.#options.limits.blockedMs) ?? (isIdle(thread) ? "idle" : undefined);
      if (death !== undefined) void this.#end(thread, death);
    }
    this.#release();
  }

  async #end(thread: HostThread, death: Death): Promise<void> {
    this.#dying.set(thread, death);
    const culprit = culpritOf(thread, death);
    this.#replace(thread, death, culprit, await thread.terminate());
  }

  #replace(thread: HostThread, death: Death, culprit: number | undefined, hasEnded: boolean): void {
    if (this.#isClosed || !this.#threads.has(thread)) return;
    const { accounts, host, limits, outbox } = this.#options;
    host.debug(`exporter host: a thread has ended (${death})`);
    this.#remove(thread, death === "idle" ? "disabled" : "restart");
    if (!hasEnded) this.#stuck.add(thread);
    if (culprit !== undefined) this.#switchOff(culprit, `it ${did(thread, death, limits)}`);
    const others = thread.exporters.map(({ place }) => place).filter((place) => place !== culprit);
    // Those that have switched themselves off would only do so again.
    for (const place of others) if (accounts.isDisabled(place)) accounts.switchOff(place, outbox.events);
    const rest = others.filter((place) => !accounts.isDisabled(place));
    if (culprit === undefined && death !== "idle")
      host.warn(
        `exporter host: an exporter ${did(thread, death, limits)} It is not known which one, so each gets a thread of its own: ${this.#names(rest)}.`,
      );
    const groups = culprit === undefined ? rest.map((place) => [place]) : [rest];
    const start = (): void => {
      const threads = groups.filter((group) => group.length > 0).map((group) => this.#start(group));
      this.#requests.replace(
        thread,
        threads.filter((started) => started !== undefined),
      );
    };
    if (this.#stuck.size < MAX_STUCK) start();
    else this.#postponed.push(start);
  }

  #remove(thread: HostThread, outcome: "restart" | "disabled"): void {
    thread.readReports();
    this.#threads.delete(thread);
    this.#dying.delete(thread);
    const { accounts } = this.#options;
    for (const { place } of thread.exporters) accounts.detach(place, thread.control.takenBy(place), outcome);
  }

  #switchOff(place: number, reason: string): void {
    const { accounts, host, outbox } = this.#options;
    accounts.switchOff(place, outbox.events);
    accounts.setError(place, { message: reason, timeUnixMs: Date.now() });
    host.warn(`${accounts.name(place)}: disabled, ${reason}`);
  }

  #forgetEnded(): void {
    for (const thread of this.#stuck) if (thread.isGone) this.#stuck.delete(thread);
    while (this.#stuck.size < MAX_STUCK && this.#postponed.length > 0) this.#postponed.shift()?.();
  }

  #warnOfStuck(): void {
    for (const thread of this.#stuck) {
      if (thread.isGone || this.#toldStuck.has(thread)) continue;
      this.#toldStuck.add(thread);
      const names = this.#names(thread.exporters.map(({ place }) => place));
      this.#options.host.warn(
        `exporter host: the thread of ${names} does not end: it is in a synchronous call that Node cannot interrupt. The process may not end before that call does.`,
      );
    }
  }

  #report(thread: HostThread, report: Report): void {
    const { accounts, host } = this.#options;
    if (report.kind === "done") this.#requests.answered(report.id, thread);
    else if (report.kind === "warning") host.warn(report.message);
    else if (report.kind === "error") accounts.setError(report.exporter, report.error);
    else this.#print(report);
  }

  #print({ exporter, stream, line }: Extract<Report, { kind: "print" }>): void {
    const { accounts, host } = this.#options;
    const text = `${exporter === undefined ? "exporter host" : accounts.name(exporter)} (${stream}): ${line}`;
    if (this.#prints++ < MAX_PRINTS) host.warn(text);
    else host.debug(text);
    if (this.#prints === MAX_PRINTS)
      host.warn("exporter host: exporters may print more than this; CHARM_TELEMETRY_DEBUG=1 shows all of it.");
  }

  #release(): void {
    const { accounts, outbox } = this.#options;
    let needed = accounts.neededFrom(outbox.events);
    for (const { exporters, control } of this.#threads)
      for (const { place } of exporters) needed = Math.min(needed, control.takenBy(place));
    outbox.release(needed);
  }

  #names(places: readonly number[]): string {
    return places.map((place) => this.#options.accounts.name(place)).join(", ");
  }
}
