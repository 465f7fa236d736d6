import { TelemetryError } from "@charm/telemetry-core";
import type { EventContext } from "@charm/telemetry-core";

/** As Sentry's own SDK keeps. */
const MAX_BREADCRUMBS = 100;
const MAX_RUNS = 500;
const MAX_TEXT_LENGTH = 500;

/** A step of a run, as Sentry takes it. */
export interface Breadcrumb {
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly category: "agent.run" | "agent.action" | "agent.tool" | "agent.llm";
  readonly message: string;
  readonly level: "info" | "error";
  readonly data?: Readonly<Record<string, string>>;
}

interface Trail {
  segmentId: string | undefined;
  breadcrumbs: Breadcrumb[];
  readonly reported: Set<string>;
}

/**
 * What has happened in each run so far: the steps that led to an error, and which errors have been reported. The oldest
 * run is forgotten when there are too many.
 */
export class RunTrails {
  readonly #runs = new Map<string, Trail>();
  /** What had happened before each error that is to be reported. */
  readonly #reports = new WeakMap<Error, readonly Breadcrumb[]>();

  /** Adds a step. */
  add(context: EventContext, category: Breadcrumb["category"], message: string, data?: Breadcrumb["data"]): void {
    this.#push(this.#of(context), context, category, "info", message, data);
  }

  /**
   * Adds a failed step, and marks its error as one to report, unless the run has reported the same one already: a
   * tool's error that goes on to fail the run is one error. An end that the process has cut short is none.
   */
  fail(context: EventContext, category: Breadcrumb["category"], what: string, error: Error, isReported = true): void {
    const trail = this.#of(context);
    const isAborted = TelemetryError.is(error) && error.code === "ABORTED";
    const print = `${error.name}\n${error.message}\n${error.stack ?? ""}`;
    if (isReported && !isAborted && !trail.reported.has(print)) {
      trail.reported.add(print);
      this.#reports.set(error, [...trail.breadcrumbs]);
    }
    this.#push(trail, context, category, "error", `${what}: ${error.message}`);
  }

  /** The run is over: errors that come later have less to tell. */
  end(context: EventContext): void {
    this.#of(context).breadcrumbs = [];
  }

  /** What had happened before `error`, if it is to be reported. */
  reportOf(error: Error): readonly Breadcrumb[] | undefined {
    return this.#reports.get(error);
  }

  /** The run's own span, if anything of it was seen. */
  segmentOf(runId: string): string | undefined {
    return this.#runs.get(runId)?.segmentId;
  }

  #of(context: EventContext): Trail {
    let trail = this.#runs.get(context.runId);
    if (trail === undefined) {
      trail = { segmentId: undefined, breadcrumbs: [], reported: new Set() };
      this.#runs.set(context.runId, trail);
      this.#dropOldest();
    }
    if (context.parentSpanId === undefined) trail.segmentId ??= context.spanId;
    return trail;
  }

  #dropOldest(): void {
    if (this.#runs.size <= MAX_RUNS) return;
    for (const runId of this.#runs.keys()) return void this.#runs.delete(runId);
  }

  #push(
    trail: Trail,
    { timeUnixMs }: EventContext,
    category: Breadcrumb["category"],
    level: Breadcrumb["level"],
    message: string,
    data?: Breadcrumb["data"],
  ): void {
    const cut = data && Object.fromEntries(Object.entries(data).map(([key, text]) => [key, short(text)]));
    trail.breadcrumbs.push({
      timestamp: timeUnixMs / 1000,
      category,
      message: short(message),
      level,
      ...(cut === undefined ? {} : { data: cut }),
    });
    if (trail.breadcrumbs.length > MAX_BREADCRUMBS) trail.breadcrumbs.shift();
  }
}

function short(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
