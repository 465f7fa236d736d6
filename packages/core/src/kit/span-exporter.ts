import { TelemetryError } from "../errors.ts";
import type { EventContext, HookName, LlmRequest, LlmResponse } from "../events.ts";
import { BaseTelemetryExporter } from "../exporter.ts";
import type { Outcome, Pending, StartInfo } from "../exporter.ts";
import { BatchQueue, QUEUE_LIMITS } from "./batch-queue.ts";
import type { BatchQueueLimits } from "./batch-queue.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Reporter } from "./reporter.ts";
import { ASSEMBLER_LIMITS, SpanAssembler } from "./span-assembler.ts";
import type { AssemblerLimits } from "./span-assembler.ts";
import type { FinishedSpan, OpenedSpan } from "./span.ts";

const SWEEP_INTERVAL_MS = 5000;

/** Bounds of memory and time; whatever is left out has its default. */
export interface SpanExporterOptions extends Partial<BatchQueueLimits>, Partial<AssemblerLimits> {
  readonly clock?: Clock;
}

/**
 * Base of exporters whose backend takes spans: folds events into finished spans, collects them and hands them to
 * {@link send} in batches. Each event is settled once, with its span.
 *
 * A subclass implements `send`, and `connect` and `release` if there is something to open and close.
 */
export abstract class SpanTelemetryExporter extends BaseTelemetryExporter {
  /** For the parts of a subclass that count and warn, such as an `HttpSender`. */
  protected readonly reporter: Reporter = {
    count: (unit, amount) => this.count(unit, amount),
    warn: (message) => this.warn(message),
    fail: (error) => this.fail(error),
  };
  readonly #clock: Clock;
  readonly #assembler: SpanAssembler;
  readonly #queue: BatchQueue<FinishedSpan>;
  readonly #announceAfterMs: number;
  #isSweeping = false;
  #isAnnouncing = false;
  #shutdown: Promise<void> | undefined;

  constructor(options: SpanExporterOptions = {}) {
    super();
    this.#clock = options.clock ?? systemClock;
    this.#queue = new BatchQueue<FinishedSpan>(
      { ...QUEUE_LIMITS, ...options },
      {
        send: (batch, signal) => this.send(batch, signal),
        settle: (span, outcome) => this.#settleSpan(span, outcome),
        fail: (error) => this.fail(error),
      },
      this.#clock,
    );
    this.#assembler = new SpanAssembler(
      { ...ASSEMBLER_LIMITS, ...options },
      {
        onSpan: (span, bytes) => this.#keep(span, bytes),
        ...(this.announce === undefined ? {} : { onOpen: () => this.#armAnnouncement() }),
      },
    );
    this.#announceAfterMs = options.flushIntervalMs ?? QUEUE_LIMITS.flushIntervalMs;
  }

  /**
   * Sends one batch.
   *
   * @param spans 1 to `batchSize` spans, in the order in which they ended; from any number of runs.
   * @param signal aborts when the process cannot wait any longer.
   * @returns what became of all of them, or of each, in order. `delivered` only after the backend has acknowledged.
   */
  protected abstract send(spans: readonly FinishedSpan[], signal: AbortSignal): Promise<Outcome | readonly Outcome[]>;

  /**
   * Shows spans that have begun to a backend that can show unfinished work. Called once per `flushIntervalMs` at most,
   * never twice at a time, and never with a span that ends before; `send` follows for each of them. Nothing is settled
   * by it: the events of a span share the fate of the finished span.
   */
  protected announce?(spans: readonly OpenedSpan[]): Promise<void>;

  /**
   * Sees each span when it has ended, before it waits for its batch and whatever becomes of it: for what must not depend
   * on sending, such as metrics. Nothing is settled by it.
   */
  protected observe?(span: FinishedSpan): void;

  /**
   * Reads options and opens what `send` needs. A TelemetryError `INVALID_OPTION` disables the exporter, with its message;
   * called again later if it throws anything else.
   */
  protected connect?(info: StartInfo, signal: AbortSignal): void | Promise<void>;

  /** Closes what `connect` has opened; everything is settled by then. */
  protected release?(): void | Promise<void>;

  /** Events that were taken and are not settled: in open spans, waiting or on their way. */
  protected get pendingEvents(): number {
    return this.#queue.items.reduce((count, span) => count + span.eventCount, this.#assembler.eventCount);
  }

  override async start(info: StartInfo, signal: AbortSignal): Promise<void> {
    this.#assembler.agentName = info.agent.name;
    this.#assembler.mask = (text) => info.mask(text);
    try {
      await this.connect?.(info, signal);
    } catch (error) {
      if (!TelemetryError.is(error) || error.code !== "INVALID_OPTION") throw error;
      this.disable(error.message);
    }
  }

  /** Delivers the spans that have ended; open ones stay. */
  override flush(signal: AbortSignal): Promise<void> {
    return this.#queue.flush(signal);
  }

  override shutdown(signal: AbortSignal): Promise<void> {
    this.#shutdown ??= this.#stop(signal);
    return this.#shutdown;
  }

  override onRunStart(runId: string, inputs: Record<string, unknown>, context: EventContext): Pending {
    return this.#take("onRunStart", runId, inputs, context);
  }

  override onRunEnd(runId: string, outputs: Record<string, unknown>, context: EventContext): Pending {
    return this.#take("onRunEnd", runId, outputs, context);
  }

  override onError(runId: string, error: Error, context: EventContext): Pending {
    return this.#take("onError", runId, error, context);
  }

  override onToolStart(toolName: string, input: string, context: EventContext): Pending {
    return this.#take("onToolStart", toolName, input, context);
  }

  override onToolEnd(toolName: string, output: string, context: EventContext): Pending {
    return this.#take("onToolEnd", toolName, output, context);
  }

  override onToolError(toolName: string, error: Error, context: EventContext): Pending {
    return this.#take("onToolError", toolName, error, context);
  }

  override onLlmNewToken(token: string, context: EventContext): Pending {
    return this.#take("onLlmNewToken", token, undefined, context);
  }

  override onAgentAction(tool: string, toolInput: string, context: EventContext): Pending {
    return this.#take("onAgentAction", tool, toolInput, context);
  }

  override onLlmStart(request: LlmRequest, context: EventContext): Pending {
    return this.#take("onLlmStart", request, undefined, context);
  }

  override onLlmEnd(response: LlmResponse, context: EventContext): Pending {
    return this.#take("onLlmEnd", response, undefined, context);
  }

  override onLlmError(error: Error, context: EventContext): Pending {
    return this.#take("onLlmError", error, undefined, context);
  }

  #take(hook: HookName, first: unknown, second: unknown, context: EventContext): Pending {
    if (this.#shutdown !== undefined) this.settle(1, "after_shutdown");
    else if (!this.#assembler.add(hook, first, second, context, this.#clock.now())) this.settle(1, "late");
    else this.#armSweep();
    return this.pending;
  }

  #keep(span: FinishedSpan, bytes: number): void {
    try {
      this.observe?.(span);
    } catch (error) {
      this.fail(error);
    }
    this.#queue.add(span, bytes);
  }

  #settleSpan(span: FinishedSpan, outcome: Outcome): void {
    if (outcome === "delivered") this.count("spans", 1);
    if (outcome === "queue_full")
      this.warn("spans are made faster than the backend takes them: the oldest are dropped.");
    this.settle(span.eventCount, outcome);
  }

  #armSweep(): void {
    if (this.#isSweeping || this.#assembler.isEmpty) return;
    this.#isSweeping = true;
    this.#clock.after(SWEEP_INTERVAL_MS, () => {
      this.#isSweeping = false;
      this.#assembler.sweep(this.#clock.now());
      this.#armSweep();
    });
  }

  #armAnnouncement(): void {
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    this.#clock.after(this.#announceAfterMs, () => void this.#announceOpened());
  }

  async #announceOpened(): Promise<void> {
    const opened = this.#shutdown === undefined ? this.#assembler.takeOpened() : [];
    try {
      if (opened.length > 0) await this.announce?.(opened);
    } catch (error) {
      this.fail(error);
    }
    this.#isAnnouncing = false;
    if (this.#assembler.hasOpened) this.#armAnnouncement();
  }

  async #stop(signal: AbortSignal): Promise<void> {
    this.#assembler.drain("the exporter shut down");
    await this.#queue.shutdown(signal);
    await this.release?.();
  }
}
