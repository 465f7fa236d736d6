import { setImmediate } from "node:timers/promises";
import { errorText } from "../texts.ts";
import { watchExits } from "./exits.ts";
import { watchHolders } from "./holders.ts";
import { watchPrints } from "./prints.ts";
import { Resources } from "./resources.ts";

/** Something that an exporter did to the process around it. */
export interface Sighting {
  /** Id of the case that forbids it. */
  readonly case: string;
  readonly actual: string;
}

const STRAYS = ["uncaughtException", "unhandledRejection"] as const;

/** Watches the process for the time of one case, and keeps from it what would end it. */
export class Watch {
  readonly resources: Resources;
  /** What was printed to stderr. */
  readonly warnings: string[] = [];
  readonly #sightings: Sighting[] = [];
  readonly #restores: (() => void)[];
  readonly #changed: () => string[];
  readonly #listeners: ReadonlyMap<string | symbol, readonly unknown[]>;
  readonly #exitCode = process.exitCode;

  /** @param graceMs how long things may take to close themselves. */
  constructor(graceMs: number) {
    this.resources = new Resources(graceMs);
    this.#restores = [
      watchPrints((stream, text) => {
        if (stream === "stderr") this.warnings.push(text);
        else this.saw("no-stdout", `printed ${JSON.stringify(text)}`);
      }),
      watchExits((call) => this.saw("no-exit", `called ${call}`)),
      ...STRAYS.map((event) => instead(event, (error) => this.saw("no-stray-errors", `${event}: ${errorText(error)}`))),
    ];
    this.#listeners = listeners();
    this.#changed = watchHolders();
  }

  /** Puts everything back; what was seen is the answer. */
  async close(): Promise<Sighting[]> {
    // Rejections are known to be nobody's only after a turn of the loop.
    await setImmediate();
    for (const left of await this.resources.open()) this.saw("process-ends", `left open after shutdown(): ${left}`);
    this.resources.close();
    this.#lookAtListeners();
    for (const change of this.#changed()) this.saw("globals-untouched", change);
    if (process.exitCode !== this.#exitCode) {
      this.saw("no-exit", `set process.exitCode to ${process.exitCode}`);
      process.exitCode = this.#exitCode;
    }
    for (const restore of this.#restores.toReversed()) restore();
    return this.#sightings;
  }

  /** Notes something once. */
  saw(id: string, actual: string): void {
    if (!this.#sightings.some((seen) => seen.case === id && seen.actual === actual))
      this.#sightings.push({ case: id, actual });
  }

  #lookAtListeners(): void {
    for (const [event, now] of listeners()) {
      for (const listener of now) {
        if (this.#listeners.get(event)?.includes(listener)) continue;
        this.saw(
          "listeners-untouched",
          `process.on(${JSON.stringify(String(event))}) has a listener that it did not have`,
        );
        process.off(event as string, listener as () => void);
      }
    }
  }
}

/** Listens instead of those who do: a test runner would take what is stray here for a failure of its own. */
function instead(event: (typeof STRAYS)[number], listener: (error: unknown) => void): () => void {
  const emitter: NodeJS.EventEmitter = process;
  const others = emitter.rawListeners(event) as (() => void)[];
  emitter.removeAllListeners(event);
  emitter.on(event, listener);
  return () => {
    emitter.off(event, listener);
    for (const other of others) emitter.on(event, other);
  };
}

function listeners(): Map<string | symbol, readonly unknown[]> {
  const emitter: NodeJS.EventEmitter = process;
  return new Map(emitter.eventNames().map((event) => [event, emitter.rawListeners(event)]));
}
