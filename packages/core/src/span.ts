import { TelemetryError } from "./errors.ts";
import type { Unended, Recorder, SpanScope } from "./recorder.ts";
import { SNAPSHOT_LIMITS, snapshotText } from "./snapshot.ts";

/** What a run, a tool call and an LLM call have in common: they end once. */
export abstract class Span implements Unended {
  protected readonly scope: SpanScope;
  readonly #recorder: Recorder;
  #isEnded = false;

  constructor(recorder: Recorder, scope: SpanScope) {
    this.#recorder = recorder;
    this.scope = scope;
  }

  /** The scope of `parent` if it belongs to this run, else the run's own: another run's parent would tear the trace apart. */
  protected static scopeIn(run: Span, parent: unknown): SpanScope {
    // Unlike `instanceof`, this runs no code of a proxy's.
    const isSpan = typeof parent === "object" && parent !== null && #isEnded in parent;
    return isSpan && parent.scope.runId === run.scope.runId ? parent.scope : run.scope;
  }

  get spanId(): string {
    return this.scope.spanId;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** False in a run that has ended: the span has then ended before it began, and nothing of it is told. */
  protected open(): boolean {
    if (this.scope.order.isOver) {
      this.#isEnded = true;
      this.#recorder.counts.ignored++;
      return false;
    }
    this.#recorder.opened(this, this.scope.parentSpanId === undefined);
    return true;
  }

  /** Whether something may still happen in it; what comes too late is ignored and counted. */
  protected goesOn(): boolean {
    if (!this.#isEnded && !this.scope.order.isOver) return true;
    this.#recorder.counts.ignored++;
    return false;
  }

  /** True the first time; later ends are ignored and counted. */
  protected finish(): boolean {
    if (this.#isEnded) {
      this.#recorder.counts.ignored++;
      return false;
    }
    this.#isEnded = true;
    this.#recorder.closed(this);
    return true;
  }

  abort(reason: Error, isLoud: boolean): void {
    if (this.#isEnded) return;
    this.#recorder.counts.aborted++;
    this.aborted(new TelemetryError("ABORTED", `${this.kind} aborted: ${reason.message}`, { cause: reason }), isLoud);
  }

  protected abstract readonly kind: string;
  protected abstract aborted(error: TelemetryError, isLoud: boolean): void;
}

/** @returns the event's time, or 0 for an empty token, which is no event. */
export function recordToken(recorder: Recorder, token: unknown, scope: SpanScope): number {
  const isShort = typeof token === "string" && token.length <= SNAPSHOT_LIMITS.characters;
  const text = isShort ? token : snapshotText(token, recorder.counts);
  return text === "" ? 0 : recorder.token(text, scope);
}
