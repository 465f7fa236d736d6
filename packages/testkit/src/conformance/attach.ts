import { TelemetryError } from "@charm/telemetry-core";
import type { HookName, HookResult, StartInfo, TelemetryEvent } from "@charm/telemetry-core";
import { ExporterAccount } from "./account.ts";
import { errorText } from "./texts.ts";

const HOST = Symbol.for("charm.telemetry.host");

/** How long a host waits for a hook and for `start`. */
const HOST_DEADLINE_MS = 10_000;

/** What exporters are started with unless a test says otherwise; `canary-secret` is what its `mask` masks. */
const START_INFO: StartInfo = {
  agent: { name: "Research Agent", version: "2.0.0" },
  runtime: { name: "node", version: process.version, telemetryVersion: "0.0.0", isolation: "inline" },
  captureContent: true,
  mask: (text) => text.replaceAll("canary-secret", "[CANARY_REDACTED]"),
};

export interface AttachOptions {
  readonly info?: Partial<StartInfo>;
  /** How long each call may take before it counts as failed. */
  readonly deadlineMs?: number;
  /** Called around each call of the exporter's code. */
  readonly enter?: <Value>(code: () => Value) => Value;
}

/** How a call of the exporter's code came out. */
export type Called =
  | { readonly isOk: true; readonly value: unknown }
  | { readonly isOk: false; readonly isLate: boolean; readonly error: string };

export interface FailedHook {
  readonly hook: HookName;
  readonly error: string;
}

/** An exporter with a host's account of it, called as a host calls it: whatever it does stays in here. */
export class AttachedExporter<Exporter extends object = object> {
  readonly exporter: Exporter;
  readonly account: ExporterAccount = new ExporterAccount();
  readonly #options: AttachOptions;
  #isShutDown = false;

  constructor(exporter: Exporter, options: AttachOptions = {}) {
    this.exporter = exporter;
    this.#options = options;
    Object.defineProperty(exporter, HOST, { value: this.account.handle, configurable: true });
  }

  start(signal: AbortSignal = this.deadline()): Promise<Called> {
    return this.#call("start", [{ ...START_INFO, ...this.#options.info }, signal]);
  }

  flush(signal: AbortSignal = this.deadline()): Promise<Called> {
    return this.#call("flush", [signal]);
  }

  get isShutDown(): boolean {
    return this.#isShutDown;
  }

  shutdown(signal: AbortSignal = this.deadline()): Promise<Called> {
    this.#isShutDown = true;
    return this.#call("shutdown", [signal]);
  }

  /** Hands over one event and waits for its hook, as a host does before the next. Optional hooks may be missing. */
  hand({ hook, arguments: values, context }: TelemetryEvent): Promise<Called> {
    this.account.accepted++;
    return this.#call(hook, [...values, context]).then((called) => {
      if (called.isOk) this.account.answered(called.value);
      else this.account.settle(1, called.isLate ? "deadline" : "failed");
      return called;
    });
  }

  /** Hands over events, one after the other; the answer is what became of each call that failed. */
  async play(events: readonly TelemetryEvent[]): Promise<FailedHook[]> {
    const failed: FailedHook[] = [];
    for (const event of events) {
      const called = await this.hand(event);
      if (!called.isOk) failed.push({ hook: event.hook, error: called.error });
    }
    return failed;
  }

  /** Counts events that a test has handed to hooks by itself. May be taken off and called alone. */
  readonly accept = (...answers: readonly HookResult[]): void => {
    for (const answer of answers) {
      this.account.accepted++;
      this.account.answered(answer);
    }
  };

  /** Aborts when a host would give up. */
  deadline(): AbortSignal {
    return AbortSignal.timeout(this.#options.deadlineMs ?? HOST_DEADLINE_MS);
  }

  async #call(method: string, values: readonly unknown[]): Promise<Called> {
    const { enter = (code) => code(), deadlineMs = HOST_DEADLINE_MS } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = enter(() =>
        (this.exporter as Record<string, ((...given: unknown[]) => unknown) | undefined>)[method]?.(...values),
      );
      if (!isThenable(answer)) return { isOk: true, value: answer };
      const late = new Promise<Called>((resolve) => {
        const error = `it did not settle within ${deadlineMs / 1000} s`;
        timer = setTimeout(() => resolve({ isOk: false, isLate: true, error }), deadlineMs);
      });
      return await Promise.race([answer.then((value): Called => ({ isOk: true, value })), late]);
    } catch (error) {
      return { isOk: false, isLate: false, error: errorText(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** Attaches a host's account to an exporter and starts it; throws what keeps it from starting. */
export async function startExporter<Exporter extends object>(
  exporter: Exporter,
  options?: AttachOptions,
): Promise<AttachedExporter<Exporter>> {
  const attached = new AttachedExporter(exporter, options);
  const started = await attached.start();
  if (!started.isOk) throw new TelemetryError("CONTRACT", `start() failed: ${started.error}.`);
  return attached;
}
