import type { EventContext, HookName } from "../events.ts";
import type { ExporterHealth } from "../health.ts";
import type { Settings } from "../settings.ts";

/** An exporter that can be loaded in any thread. */
export interface ExporterModule {
  /** The name in charm.yaml. */
  readonly name: string;
  /** `file:` URL of the module. */
  readonly url: string;
  /** The export that is the class; `default` where package.json names none. */
  readonly exportName: string;
  /** `package@version`, for messages. */
  readonly packageName: string;
  /** The versions of core that its package.json wants, for messages. */
  readonly coreRange?: string;
}

/** An exporter that the program has made itself: it can only be called in this thread. */
export interface ExporterInstance {
  readonly name: string;
  readonly instance: object;
}

export interface HostOptions {
  readonly agent: { readonly name: string; readonly version?: string | undefined };
  readonly settings: Settings;
  /** Value to name, see `secrets.ts`. */
  readonly secrets: ReadonlyMap<string, string>;
  /** One line for people, on stderr, already without secrets. */
  readonly warn: (message: string) => void;
  /** The diary of `CHARM_TELEMETRY_DEBUG`. */
  readonly debug: (message: string) => void;
}

/**
 * What the manager knows of exporters: events go in, an account comes out.
 *
 * Nothing here throws; nothing but `drainSync` blocks.
 */
export interface HostLink {
  /**
   * Takes one event for every exporter. The arguments are snapshots: strings, JSON-safe values or `Error`s; for run
   * hooks `first` is the run id.
   */
  append(hook: HookName, first: unknown, second: unknown, context: EventContext): void;
  /** The secrets that are masked from here on, and in events that are still on their way. */
  setSecrets(secrets: ReadonlyMap<string, string>): void;
  /** Resolves when every exporter has flushed what it was given before, or at the deadline. */
  flush(timeoutMs: number): Promise<void>;
  /** Flushes, then releases everything. Later events are counted as `after_shutdown`. Once; later calls share it. */
  shutdown(timeoutMs: number): Promise<void>;
  /**
   * The same as `shutdown` for the end of the process: blocks the thread until done or until `deadline` (on
   * `performance.now()`'s clock), calling `whileWaiting` at least every 50 ms. It can be called again for events that
   * were appended since: exporters that have been shut down are made anew for them, where they are modules. Returns at
   * once when there is nothing new.
   */
  drainSync(deadline: number, whileWaiting: () => void): void;
  health(): ExporterHealth[];
  /** Whether `drainSync` leaves something undone, because it needs the event loop of this thread. */
  readonly needsLoop: boolean;
  /**
   * Whether a thread of ours may still run code that Node cannot end (a synchronous native call): it would hold the end
   * of the process for as long as that call takes.
   */
  readonly isStuck: boolean;
}
