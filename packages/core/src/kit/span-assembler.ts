import type { EventContext, HookName, RunInfo } from "../events.ts";
import { OpenSpan } from "./open-span.ts";
import type { SpanSurroundings } from "./open-span.ts";
import { Recent } from "./recent.ts";
import { sizeOf } from "./size-of.ts";
import type { FinishedSpan, OpenedSpan, SpanPlace } from "./span.ts";

export interface AssemblerLimits {
  /** Spans that may be open at once. Beyond it those that have been silent longest are given up. */
  readonly maxOpenSpans: number;
  /** Roughly the memory of what is open and of the runs that are remembered. */
  readonly maxOpenBytes: number;
  /** UTF-16 units of one span's streamed tokens. */
  readonly maxTextLength: number;
  /** A run of which nothing was heard for so long is given up, with everything in it. */
  readonly maxSilenceMs: number;
  /** How long an end may come before its start, and how long an ended run is remembered for late children. */
  readonly graceMs: number;
}

export const ASSEMBLER_LIMITS: AssemblerLimits = {
  maxOpenSpans: 50_000,
  maxOpenBytes: 32 * 1024 * 1024,
  maxTextLength: 1024 * 1024,
  maxSilenceMs: 60 * 60 * 1000,
  graceMs: 30_000,
};

export interface AssemblerOutput {
  /** A span is complete, or is given up; `bytes` is roughly its size. */
  onSpan(span: FinishedSpan, bytes: number): void;
  /** A span has begun. With it, {@link SpanAssembler.takeOpened} has something to give. */
  onOpen?(): void;
}

interface OpenRun {
  readonly runId: string;
  readonly spans: Map<string, OpenSpan>;
  /** Of spans that have ended and may still get children. */
  readonly places: Recent<SpanPlace>;
  /** The run's own, which gets children for as long as it lasts. */
  rootPlace: SpanPlace | undefined;
  info: RunInfo | undefined;
  bytes: number;
  lastEventMs: number;
}

const RUN_BYTES = 1024;
const UNKNOWN_RUN: RunInfo = { tags: [], metadata: {} };
const REMEMBERED_SPANS = 8192;
const REMEMBERED_PLACES = 2048;
// Given up in one go when a limit is passed: sorting for each single span would be slow.
const KEPT_SHARE = 0.9;

/**
 * Makes spans of events. Knows no timers: who uses it calls {@link sweep} now and then.
 *
 * A span is complete with its start and its end, whichever comes first. What never ends is given up as a partial span
 * rather than dropped: when its run falls silent, when a limit is passed, or at {@link drain}.
 */
export class SpanAssembler {
  /** How a run's span is called that has no name of its own. */
  agentName = "agent";
  /** Applied to joined tokens: a secret may have been split over several. */
  mask: (text: string) => string = (text) => text;
  readonly #limits: AssemblerLimits;
  readonly #output: AssemblerOutput;
  readonly #runs = new Map<string, OpenRun>();
  /** The runs of spans that have been handed out: known for longer than the runs are. */
  readonly #finished = new Recent<string>(REMEMBERED_SPANS);
  /** Have begun since they were last asked for, with their runs. */
  readonly #opened = new Map<OpenSpan, OpenRun>();
  #openSpans = 0;
  #openBytes = 0;

  constructor(limits: AssemblerLimits, output: AssemblerOutput) {
    this.#limits = limits;
    this.#output = output;
  }

  /** Nothing is open and no run is remembered. */
  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** {@link takeOpened} has something to give. */
  get hasOpened(): boolean {
    return this.#opened.size > 0;
  }

  /** Events in spans that are still open. */
  get eventCount(): number {
    let count = 0;
    for (const run of this.#runs.values()) for (const span of run.spans.values()) count += span.eventCount;
    return count;
  }

  /**
   * Folds one event into its span. For run hooks `first` is the run id.
   *
   * @returns false for an event that is not taken: its span has been handed out already.
   */
  add(hook: HookName, first: unknown, second: unknown, context: EventContext, nowMs: number): boolean {
    const run = this.#runs.get(context.runId);
    const span = run?.spans.get(context.spanId) ?? this.#newSpan(context, run);
    if (span === undefined) return false;
    this.#fold(run ?? this.#newRun(context.runId), span, hook, first, second, context, nowMs);
    return true;
  }

  /** Gives up what has waited long enough, and forgets runs that ended a while ago. */
  sweep(nowMs: number): void {
    for (const run of this.#runs.values()) {
      const silentMs = nowMs - run.lastEventMs;
      for (const span of run.spans.values()) {
        if (silentMs > this.#limits.maxSilenceMs)
          this.#finish(run, span, `nothing was heard of its run for ${Math.round(silentMs / 60_000)} minutes`);
        else if (span.hasEnd && nowMs - span.lastEventMs > this.#limits.graceMs) this.#finish(run, span);
      }
      if (run.spans.size === 0 && silentMs > this.#limits.graceMs) this.#forget(run);
    }
  }

  /** Gives up everything, because `reason`. */
  drain(reason: string): void {
    for (const run of this.#runs.values()) {
      for (const span of run.spans.values()) this.#finish(run, span, reason);
      this.#forget(run);
    }
  }

  /** Spans that have begun since the last call and not ended; only where somebody listens to `onOpen`. */
  takeOpened(): OpenedSpan[] {
    const opened = [...this.#opened].map(([span, run]) => span.finish(this.#surroundings(run)));
    this.#opened.clear();
    return opened;
  }

  #newSpan(context: EventContext, run: OpenRun | undefined): OpenSpan | undefined {
    const hasFinished = run !== undefined && endedPlace(run, context.spanId) !== undefined;
    if (hasFinished || this.#finished.get(context.spanId) === context.runId) return undefined;
    const parentId = context.parentSpanId ?? "";
    const parent = run?.spans.get(parentId)?.place ?? (run === undefined ? undefined : endedPlace(run, parentId));
    return new OpenSpan(context, parent, this.#limits.maxTextLength);
  }

  #newRun(runId: string): OpenRun {
    const run: OpenRun = {
      runId,
      spans: new Map(),
      places: new Recent(REMEMBERED_PLACES),
      rootPlace: undefined,
      info: undefined,
      bytes: RUN_BYTES,
      lastEventMs: 0,
    };
    this.#runs.set(runId, run);
    this.#openBytes += run.bytes;
    return run;
  }

  #fold(
    run: OpenRun,
    span: OpenSpan,
    hook: HookName,
    first: unknown,
    second: unknown,
    context: EventContext,
    nowMs: number,
  ): void {
    run.lastEventMs = nowMs;
    if (context.run !== undefined && run.info === undefined) {
      const bytes = sizeOf(context.run);
      run.info = context.run;
      run.bytes += bytes;
      this.#openBytes += bytes;
    }
    const bytes = span.eventCount === 0 ? 0 : span.bytes;
    if (span.eventCount === 0) {
      run.spans.set(span.spanId, span);
      this.#openSpans++;
    }
    const isOpen = span.hasStart;
    span.add(hook, first, second, context, nowMs);
    this.#openBytes += span.bytes - bytes;
    if (this.#output.onOpen !== undefined && span.hasStart && !isOpen) {
      this.#opened.set(span, run);
      this.#output.onOpen();
    }
    if (span.hasStart && span.hasEnd) this.#finish(run, span);
    else if (this.#openSpans > this.#limits.maxOpenSpans || this.#openBytes > this.#limits.maxOpenBytes)
      this.#relieve();
  }

  #finish(run: OpenRun, span: OpenSpan, unfinished?: string): void {
    run.spans.delete(span.spanId);
    this.#openSpans--;
    this.#openBytes -= span.bytes;
    this.#opened.delete(span);
    this.#finished.set(span.spanId, run.runId);
    if (span.isRoot) run.rootPlace = span.place;
    else run.places.set(span.spanId, span.place);
    this.#output.onSpan(span.finish(this.#surroundings(run), unfinished), span.bytes);
  }

  #surroundings(run: OpenRun): SpanSurroundings {
    return { run: run.info ?? UNKNOWN_RUN, agentName: this.agentName, mask: this.mask };
  }

  #forget(run: OpenRun): void {
    this.#runs.delete(run.runId);
    this.#openBytes -= run.bytes;
  }

  /** Makes room: first forgets runs with nothing open, then gives up the spans that have been silent longest. */
  #relieve(): void {
    const hasRoom = (): boolean =>
      this.#openSpans <= this.#limits.maxOpenSpans * KEPT_SHARE &&
      this.#openBytes <= this.#limits.maxOpenBytes * KEPT_SHARE;
    for (const run of this.#runs.values()) {
      if (hasRoom()) return;
      if (run.spans.size === 0) this.#forget(run);
    }
    // A run's own span gets no events while its steps do: it is as fresh as its run.
    const open = [...this.#runs.values()].flatMap((run) =>
      [...run.spans.values()].map((span) => ({ run, span, at: span.isRoot ? run.lastEventMs : span.lastEventMs })),
    );
    open.sort((a, b) => a.at - b.at || Number(a.span.isRoot) - Number(b.span.isRoot));
    for (const { run, span } of open) {
      if (hasRoom()) return;
      this.#finish(run, span, "too much was open at once");
    }
  }
}

function endedPlace({ places, rootPlace }: OpenRun, spanId: string): SpanPlace | undefined {
  return rootPlace?.spanId === spanId ? rootPlace : places.get(spanId);
}
