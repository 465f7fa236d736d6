import { createHash } from "node:crypto";
import { TelemetryError } from "@charm/telemetry-core";
import type { EventContext } from "@charm/telemetry-core";
import { beginningOf } from "@charm/telemetry-core/kit";

/** As Sentry's own SDK keeps. */
const MAX_BREADCRUMBS = 100;
const MAX_RUNS = 500;
const MAX_TEXT_LENGTH = 500;
/** Errors of a run that are remembered. */
const MAX_REPORTED = 200;

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
  /** Errors by their prints, and by the span that they may climb to with their prints. */
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
   * Adds a failed step, and marks its error as one to report, unless it has been reported for a step inside: a tool's
   * error that goes on to fail the run is one error, the same error of another try is another. An end that the process
   * has cut short is none.
   */
  fail(context: EventContext, category: Breadcrumb["category"], what: string, error: Error, isReported = true): void {
    const trail = this.#of(context);
    const isAborted = TelemetryError.is(error) && error.code === "ABORTED";
    if (isReported && !isAborted) {
      const print = printOf(error);
      const { spanId, parentSpanId } = context;
      const isKnown = trail.reported.has(parentSpanId === undefined ? print : `${spanId} ${print}`);
      remember(trail.reported, print);
      remember(trail.reported, `${parentSpanId} ${print}`);
      if (!isKnown) this.#reports.set(error, [...trail.breadcrumbs]);
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

/** The same for an error that is thrown on, which reaches exporters as another object each time. */
function printOf({ name, message, stack }: Error): string {
  return createHash("sha256")
    .update(JSON.stringify([name, message, stack]))
    .digest("base64");
}

function remember(reported: Set<string>, key: string): void {
  reported.add(key);
  if (reported.size <= MAX_REPORTED) return;
  for (const oldest of reported) return void reported.delete(oldest);
}

function short(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${beginningOf(text, MAX_TEXT_LENGTH)}…`;
}
