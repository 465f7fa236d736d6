import { TelemetryError, formatProblem } from "../errors.ts";
import { missingHooks } from "../exporter.ts";
import type { BaseTelemetryExporter, StartInfo } from "../exporter.ts";
import { errorText } from "../snapshot.ts";
import { contain } from "./contain.ts";
import type { HostLimits } from "./limits.ts";

export interface StartupOptions {
  readonly limits: HostLimits;
  readonly info: StartInfo;
  /** Makes what makes the exporter. */
  readonly load: () => (() => object) | Promise<() => object>;
  /** Called on the new exporter, before anything else is. */
  readonly attach: (exporter: object) => void;
  /** Asks for `step` to be called. */
  readonly wake: () => void;
  readonly ready: (exporter: Partial<BaseTelemetryExporter>) => void;
  /** `start` has failed and is called again after a pause. */
  readonly failed: (error: unknown) => void;
  /** It will never start. */
  readonly impossible: (reason: string, error: unknown) => void;
}

/** Loads, makes and starts an exporter; a failed start is tried again, after longer and longer pauses. */
export class Startup {
  readonly #options: StartupOptions;
  #phase: "new" | "loading" | "loaded" | "due" | "starting" | "pausing" | "over" = "new";
  #make: () => object = () => ({});
  #exporter: Partial<BaseTelemetryExporter> = {};
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StartupOptions) {
    this.#options = options;
  }

  /** Runs what is due of the exporter's code. */
  step(): void {
    if (this.#phase === "new") this.#load();
    if (this.#phase === "loaded") this.#construct();
    if (this.#phase === "due") this.#start();
  }

  /** Ends the pause before the next start. */
  hurry(): void {
    if (this.#phase !== "pausing") return;
    clearTimeout(this.#timer);
    this.#phase = "due";
    this.#options.wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#phase = "over";
  }

  #load(): void {
    this.#phase = "loading";
    contain("loading", this.#options.limits.loadMs, this.#options.load, (settled) => {
      if (this.#phase !== "loading") return;
      if (!settled.isOk) {
        this.#giveUp(`it could not be loaded: ${describe(settled.error)}`, settled.error);
        return;
      }
      this.#make = settled.value as () => object;
      this.#phase = "loaded";
      this.#options.wake();
    });
  }

  #construct(): void {
    try {
      const exporter = this.#make();
      const missing = missingHooks(exporter);
      if (missing.length > 0) {
        const reason = `it is not an exporter: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing.`;
        this.#giveUp(reason, new TelemetryError("CONTRACT", reason));
        return;
      }
      this.#options.attach(exporter);
      this.#exporter = exporter;
      this.#phase = "due";
    } catch (error) {
      this.#giveUp(`its constructor failed: ${describe(error)}`, error);
    }
  }

  #start(): void {
    this.#phase = "starting";
    const abort = new AbortController();
    const ready = (): void => {
      // A start that was given up may succeed while the next one waits.
      if (this.#phase !== "starting" && this.#phase !== "pausing") return;
      this.stop();
      this.#options.ready(this.#exporter);
    };
    contain(
      "start",
      this.#options.limits.startMs,
      () => this.#exporter.start?.(this.#options.info, abort.signal),
      (settled) => {
        if (settled.isOk) ready();
        else this.#pause(settled.error, abort);
      },
      ready,
    );
  }

  #pause(error: unknown, abort: AbortController): void {
    if (this.#phase !== "starting") return;
    this.#phase = "pausing";
    abort.abort(error);
    const { restartMs, maxRestartMs } = this.#options.limits;
    const pauseMs = Math.min(restartMs * 2 ** this.#attempts++, maxRestartMs);
    this.#timer = setTimeout(() => this.hurry(), pauseMs).unref();
    this.#options.failed(error);
  }

  #giveUp(reason: string, error: unknown): void {
    this.#phase = "over";
    this.#options.impossible(reason, error);
  }
}

function describe(error: unknown): string {
  return TelemetryError.is(error) ? formatProblem(error) : errorText(error);
}
