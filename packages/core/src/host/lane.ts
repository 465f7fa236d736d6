import { TelemetryError } from "../errors.ts";
import { HOST, PENDING } from "../exporter.ts";
import type { BaseTelemetryExporter, Outcome, StartInfo } from "../exporter.ts";
import { errorText } from "../snapshot.ts";
import type { LaneAccount } from "./account.ts";
import { CircuitBreaker } from "./breaker.ts";
import { contain, isThenable } from "./contain.ts";
import type { Settled } from "./contain.ts";
import { Ending } from "./ending.ts";
import { hookArguments } from "./event.ts";
import type { HostEvent } from "./event.ts";
import { exporterHandle, tellSurplus } from "./exporter-handle.ts";
import { Flushes } from "./flushes.ts";
import { Handed } from "./handed.ts";
import type { Call } from "./handed.ts";
import type { HostLimits } from "./limits.ts";
import { Startup } from "./startup.ts";
import { Waiting } from "./waiting.ts";

export interface LaneOptions {
  readonly name: string;
  readonly account: LaneAccount;
  readonly limits: HostLimits;
  readonly info: StartInfo;
  /** Makes what makes the exporter. */
  readonly load: () => (() => object) | Promise<() => object>;
  /** Calls `lane.run()`, at once or soon. */
  readonly schedule: (lane: Lane) => void;
  /** How long `run` may go on before it schedules itself anew. */
  readonly sliceMs: number;
}

const MAX_WARNINGS = 50;

/**
 * One exporter's life and queue: starts it (with the first `run`), calls its hooks one at a time in the order of events,
 * and accounts for each event. Whatever the exporter does stays in here. Its code is entered from `run` alone.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #startup: Startup;
  readonly #waiting: Waiting;
  readonly #handed: Handed;
  readonly #flushes = new Flushes();
  readonly #breaker: CircuitBreaker;
  readonly #warnings = new Set<string>();
  #exporter: Partial<BaseTelemetryExporter> | undefined;
  #phase: "starting" | "ready" | "disabled" | "ended" = "starting";
  /** Which event, counted from 1, is in a hook. */
  #inHook = 0;
  #ending: Ending | undefined;
  #isRunning = false;
  #isDue = false;

  constructor(options: LaneOptions) {
    const { account, limits } = options;
    this.#options = options;
    this.#waiting = new Waiting(account, limits);
    this.#handed = new Handed((eventCount, outcome) => account.settle(eventCount, outcome));
    this.#breaker = new CircuitBreaker(limits.breakerFailures, limits.breakerMs);
    const handle = exporterHandle({
      account,
      handed: this.#handed,
      warn: (message) => this.#warn(message),
      disable: (reason, error) => this.#disable(reason, error),
    });
    this.#startup = new Startup({
      ...options,
      attach: (exporter) => Object.defineProperty(exporter, HOST, { value: handle, configurable: true }),
      wake: () => this.#wake(),
      ready: (exporter) => this.#started(exporter),
      failed: (error) => this.#notStarted(error),
      impossible: (reason, error) => this.#disable(reason, error),
    });
    account.state("starting");
  }

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  get hasFlush(): boolean {
    return this.#exporter !== undefined && "flush" in this.#exporter;
  }

  /** Events that have been pushed and not settled. */
  get pending(): number {
    return this.#waiting.count + this.#handed.pending;
  }

  push(event: HostEvent): void {
    if (this.#phase === "disabled") return this.lose(1, "disabled");
    if (this.#ending !== undefined) return this.lose(1, "after_shutdown");
    this.#waiting.push(event);
    this.#wake();
  }

  /** So many events are not for the queue. */
  lose(eventCount: number, outcome: Outcome): void {
    this.#options.account.take(eventCount);
    this.#options.account.settle(eventCount, outcome);
  }

  /** Resolves when the exporter has flushed the events that were pushed before, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void> {
    if (this.#ending !== undefined) return this.#ending.done;
    if (this.#phase === "disabled") return Promise.resolve();
    const done = this.#flushes.ask(this.#waiting.left + this.#waiting.count, timeoutMs);
    this.#wake();
    return done;
  }

  /**
   * Hands over what is left, flushes and shuts down; what is not settled after `timeoutMs` is dropped. Resolves then.
   * Once: a later call can only shorten the time.
   */
  end(timeoutMs: number): Promise<void> {
    this.#ending ??= new Ending({
      isIdle: () => this.#waiting.count === 0 && !this.#handed.isInHook,
      call: (name, signal, done) => this.#lifecycle(name, signal, done),
      wake: () => this.#wake(),
      finish: (outcome) => this.#finish(outcome),
    });
    if (this.#phase === "ended") return this.#ending.done;
    this.#ending.within(timeoutMs);
    this.#startup.hurry();
    this.#wake();
    return this.#ending.done;
  }

  /** Something of this exporter's has failed outside its hooks. */
  fault(error: unknown): void {
    this.#warn(`failed outside its hooks: ${errorText(error)}`);
    this.#failed(error, performance.now());
  }

  /** Does what is due. */
  run(): void {
    this.#isDue = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isDue) {
      this.#isDue = false;
      if (this.#phase === "starting") this.#startup.step();
      this.#handOver();
      this.#beginFlushes();
      this.#advanceEnd();
    }
    this.#isRunning = false;
  }

  #wake(): void {
    if (this.#isRunning) this.#isDue = true;
    else this.#options.schedule(this);
  }

  #started(exporter: Partial<BaseTelemetryExporter>): void {
    this.#exporter = exporter;
    if (this.#phase !== "starting") return;
    this.#phase = "ready";
    this.#options.account.state("ready");
    this.#wake();
  }

  #notStarted(error: unknown): void {
    const { account } = this.#options;
    account.state("failed");
    account.error(error);
    this.#warn(`could not start, and is started again later: ${errorText(error)}`);
    // At the end there is one more try, not a row of them.
    if (this.#ending !== undefined) this.#finish("deadline");
  }

  #handOver(): void {
    if (!this.#canHandOver) return;
    let now = performance.now();
    const until = now + this.#options.sliceMs;
    while (this.#canHandOver) {
      if (now > until) {
        this.#options.schedule(this);
        return;
      }
      if (this.#breaker.lets(now)) now = this.#call(now);
      else this.#waiting.drop("circuit_open");
    }
  }

  get #canHandOver(): boolean {
    return this.#phase === "ready" && this.#waiting.count > 0 && !this.#handed.isInHook;
  }

  /** @returns the time after it. */
  #call(now: number): number {
    const event = this.#waiting.take();
    const exporter = this.#exporter;
    if (event === undefined || exporter === undefined) return now;
    const call = this.#handed.begin(now);
    this.#inHook = this.#waiting.left;
    let value: unknown;
    let isPromise: boolean;
    try {
      const hook = exporter[event.hook] as ((...values: unknown[]) => unknown) | undefined;
      value = hook?.apply(exporter, hookArguments(event, this.#options.info.captureContent));
      isPromise = isThenable(value);
    } catch (error) {
      return this.#called(call, { isOk: false, error, isLate: false });
    }
    if (!isPromise) return this.#called(call, { isOk: true, value });
    contain(
      event.hook,
      this.#options.limits.hookMs,
      () => value,
      (settled) => {
        this.#called(call, settled);
        this.#wake();
      },
      (late) => {
        if (late === PENDING) this.#handed.endedLate(call);
      },
    );
    return performance.now();
  }

  /** @returns the time when its hook had settled. */
  #called(call: Call, settled: Settled): number {
    const now = performance.now();
    if (call.isOver) {
      if (settled.isOk && settled.value === PENDING) this.#handed.endedLate(call);
      return now;
    }
    this.#options.account.latency(now - call.startedAt);
    tellSurplus(this.#options.account, this.#handed.end(call, outcomeOf(settled)));
    if (settled.isOk) this.#succeeded();
    else this.#failed(settled.error, now);
    return now;
  }

  #succeeded(): void {
    if (this.#breaker.isOpen && this.#phase === "ready") this.#options.account.state("ready");
    this.#breaker.succeeded();
  }

  #failed(error: unknown, now: number): void {
    const wasOpen = this.#breaker.isOpen;
    this.#options.account.error(error);
    this.#breaker.failed(now);
    if (wasOpen || !this.#breaker.isOpen || this.#phase !== "ready") return;
    const { breakerFailures, breakerMs } = this.#options.limits;
    this.#options.account.state("open");
    this.#warn(
      `paused for ${breakerMs / 1000} s, because ${breakerFailures} hooks in a row have failed: ${errorText(error)}`,
    );
  }

  #beginFlushes(): void {
    if (this.#phase !== "ready") return;
    const settled = this.#handed.isInHook ? this.#inHook - 1 : this.#waiting.left;
    for (let request = this.#flushes.next(settled); request !== undefined; request = this.#flushes.next(settled))
      this.#lifecycle("flush", request.signal, request.finish);
  }

  #advanceEnd(): void {
    if (this.#ending === undefined || this.#phase === "ended" || this.#phase === "starting") return;
    // Switched off before it was started: there is nothing to flush or to release.
    if (this.#exporter === undefined) this.#finish("unknown");
    else this.#ending.advance();
  }

  #lifecycle(name: "flush" | "shutdown", signal: AbortSignal, done: () => void): void {
    contain(
      name,
      undefined,
      () => this.#exporter?.[name]?.(signal),
      (settled) => {
        if (!settled.isOk) this.#options.account.error(settled.error);
        done();
      },
    );
  }

  #finish(outcome: Outcome): void {
    if (this.#phase === "ended") return;
    const { account } = this.#options;
    const { pending } = this.#handed;
    if (outcome === "unknown" && pending > 0)
      account.error(new TelemetryError("CONTRACT", `${pending} events were never settled`));
    this.#startup.stop();
    this.#waiting.dropAll("deadline");
    this.#handed.giveUp(outcome);
    if (this.#phase !== "disabled") account.state("stopped");
    this.#phase = "ended";
    this.#flushes.finishAll();
    this.#ending?.over();
  }

  #disable(reason: string, error: unknown): void {
    if (this.#phase === "disabled" || this.#phase === "ended") return;
    this.#phase = "disabled";
    this.#startup.stop();
    this.#options.account.error(error);
    this.#warn(`disabled, ${reason}`);
    this.#waiting.dropAll("disabled");
    // Last: who sees it may end the thread.
    this.#options.account.state("disabled");
    this.#flushes.finishAll();
    this.#wake();
  }

  #warn(message: string): void {
    if (this.#warnings.has(message) || this.#warnings.size >= MAX_WARNINGS) return;
    this.#warnings.add(message);
    this.#options.account.warn(`${this.#options.name}: ${message}`);
  }
}

function outcomeOf(settled: Settled): Outcome | typeof PENDING {
  if (!settled.isOk) return settled.isLate ? "deadline" : "failed";
  return settled.value === PENDING ? PENDING : "delivered";
}
