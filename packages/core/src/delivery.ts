import { endError, endWithoutWaiting, isFailure } from "./ends.ts";
import type { EndHandlers, EndReason } from "./ends.ts";
import type { TelemetryHealth } from "./health.ts";
import type { Recorder } from "./recorder.ts";
import type { StdoutWriter } from "./stdout/writer.ts";

/** Of the time that the end of the process may take: what a natural end keeps for closing. */
const END_SHARE = 0.25;
/** A backend that took all the time leaves some for what people are to read. */
const MIN_PRINT_MS = 50;

export interface DeliveryOptions {
  readonly recorder: Recorder;
  readonly writer: StdoutWriter;
  /** What the end of the process may take. */
  readonly shutdownMs: number;
  /** Ends the runs that nobody else ends: all other open ones are aborted. */
  readonly endOwnRuns: (reason: EndReason) => void;
}

/**
 * Sees to it that what was recorded arrives: when somebody asks, at a shutdown, and when the process ends, in the time
 * that there is.
 */
export class Delivery implements EndHandlers {
  readonly #recorder: Recorder;
  readonly #writer: StdoutWriter;
  readonly #shutdownMs: number;
  readonly #endOwnRuns: (reason: EndReason) => void;
  /** Events that the last wait before a natural end was for, and when the end's deadline is because of it. */
  #settled = { events: 0, deadline: 0 };
  /** Events that the last report was about. */
  #reportedEvents: number | undefined;

  constructor({ recorder, writer, shutdownMs, endOwnRuns }: DeliveryOptions) {
    this.#recorder = recorder;
    this.#writer = writer;
    this.#shutdownMs = shutdownMs;
    this.#endOwnRuns = endOwnRuns;
  }

  async flush(timeoutMs: number): Promise<TelemetryHealth> {
    await Promise.all([this.#writer.flush(timeoutMs), this.#recorder.host.flush(timeoutMs)]);
    return this.#recorder.health();
  }

  async shutdown(timeoutMs: number): Promise<TelemetryHealth> {
    const deadline = performance.now() + timeoutMs;
    this.#closeRuns({ kind: "shutdown" });
    await this.#recorder.host.shutdown(timeoutMs);
    this.#report();
    await this.#writer.flush(Math.max(MIN_PRINT_MS, deadline - performance.now()));
    return this.#recorder.health();
  }

  get needsLoop(): boolean {
    return this.#recorder.host.needsLoop;
  }

  async settle(): Promise<void> {
    // `beforeExit` comes again after every wait: without new events there is nothing left to wait for.
    const { recorded } = this.#recorder.counts;
    if (recorded === this.#settled.events) return;
    this.#settled = { events: recorded, deadline: performance.now() + this.#shutdownMs };
    // The rest of the time is for the end itself: both together keep the deadline.
    await this.flush(this.#shutdownMs * (1 - END_SHARE));
  }

  end(reason: EndReason): void {
    const deadline = this.#endDeadline();
    this.#closeRuns(reason);
    // Lines stop waiting for prints that Node holds back: those are lost in any case.
    this.#writer.flushSync(performance.now());
    this.#drain(deadline);
    this.#report();
    this.#writer.flushSync(Math.max(deadline, performance.now() + MIN_PRINT_MS));
    // An exit listener of the agent that runs after ours may still emit: nothing comes after it that could deliver.
    this.#recorder.afterEnd = () => {
      this.#drain(deadline);
      this.#writer.flushSync(deadline);
    };
    if (reason.kind === "exit" && this.#recorder.host.isStuck)
      endWithoutWaiting(Number(process.exitCode ?? reason.code));
  }

  /** What has been waited before a natural end is not waited again. */
  #endDeadline(): number {
    const hasSettled = this.#settled.events > 0 && this.#settled.events === this.#recorder.counts.recorded;
    return hasSettled
      ? Math.max(this.#settled.deadline, performance.now() + this.#shutdownMs * END_SHARE)
      : performance.now() + this.#shutdownMs;
  }

  /** Every start gets its end, as long as somebody can be told. */
  #closeRuns(reason: EndReason): void {
    this.#endOwnRuns(reason);
    this.#recorder.abortAll(endError(reason), isFailure(reason));
  }

  /** The figures for the live view; once for the same events. */
  #report(): void {
    const { recorded } = this.#recorder.counts;
    if (recorded === this.#reportedEvents) return;
    this.#reportedEvents = recorded;
    this.#recorder.stdout?.emitReport(this.#recorder.health());
  }

  #drain(deadline: number): void {
    this.#recorder.host.drainSync(deadline, () => this.#writer.pump());
  }
}
