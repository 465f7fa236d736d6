import { HttpIntake } from "./http-intake.ts";
import type { HttpIntakeOptions, IntakeRequest, IntakeUnits, Verdict } from "./http-intake.ts";
import {
  DATADOG_EVALUATIONS_PATH,
  DATADOG_EVENTS_PATH,
  DATADOG_LOGS_PATH,
  DATADOG_SERIES_PATH,
  refuse,
  requestProblem,
} from "./datadog-endpoints.ts";
import { parseEvaluations } from "./datadog-evaluations.ts";
import type { DatadogEvaluation } from "./datadog-evaluations.ts";
import { parseEvent } from "./datadog-event.ts";
import type { DatadogEvent } from "./datadog-event.ts";
import { parseLogs } from "./datadog-logs.ts";
import type { DatadogLog } from "./datadog-logs.ts";
import { parseSeries } from "./datadog-series.ts";
import type { DatadogSeries } from "./datadog-series.ts";
import type { Parsed } from "./datadog-shape.ts";
import { problemsOf } from "./datadog-rules.ts";
import { parsePayload } from "./datadog-span.ts";
import type { DatadogPayload, DatadogSpan } from "./datadog-span.ts";

export interface DatadogIntakeOptions extends HttpIntakeOptions {
  /** The only key that is right; any unless given. */
  readonly apiKey?: string;
  /** The intake's clock, milliseconds since 1970: it decides what is too old, or too new. */
  readonly now?: () => number;
}

/** A span that came in, with what its envelope says of it. */
export interface ReceivedSpan {
  /** As it was sent. */
  readonly span: DatadogSpan;
  readonly mlApp: string;
  /** The envelope's, then its own. */
  readonly tags: readonly string[];
  readonly sessionId?: string;
  /** The same ids had come before: a retry after a lost acknowledgement, or a mistake. */
  readonly isDuplicate: boolean;
  /** True once the client was told. */
  readonly acknowledged: boolean;
}

/** A series, log, event or evaluation that came in, as it was sent. */
export interface ReceivedDatadogItem<Item> {
  readonly item: Item;
  /** True once the client was told. */
  readonly acknowledged: boolean;
}

/** How many came; what never came, spans apart, is absent. */
export interface DatadogCounts {
  readonly spans: number;
  readonly evaluations?: number;
  readonly series?: number;
  readonly logs?: number;
  readonly events?: number;
  readonly requests: number;
}

type Kind = Exclude<keyof DatadogCounts, "requests">;

/**
 * A strict stand-in of Datadog's public intakes: LLM Observability spans and evaluations, metrics, logs and events. What
 * is not right is refused with all reasons, by their paths.
 *
 * @see Datadog "LLM Observability HTTP API", "Submit metrics", "Send logs" and "Post an event" references
 */
export class DatadogIntake extends HttpIntake {
  /** All that came in, duplicates included, in order. Empty with `keep: false`. */
  readonly spans: ReceivedSpan[] = [];
  readonly evaluations: ReceivedDatadogItem<DatadogEvaluation>[] = [];
  readonly series: ReceivedDatadogItem<DatadogSeries>[] = [];
  readonly logs: ReceivedDatadogItem<DatadogLog>[] = [];
  readonly events: ReceivedDatadogItem<DatadogEvent>[] = [];
  // Of metrics it is the documented limit; the vendor's own SDK keeps its payloads of spans at or under it.
  protected override readonly maxBodyBytes: number = 5 * 1024 * 1024;
  readonly #apiKey: string | undefined;
  readonly #now: () => number;
  readonly #known = new Set<string>();
  /** Children by the parent that they wait for. */
  readonly #orphans = new Map<string, DatadogSpan[]>();
  readonly #received: Record<Kind, number> = { spans: 0, evaluations: 0, series: 0, logs: 0, events: 0 };
  readonly #acknowledged: Record<Kind, number> = { ...this.#received };

  constructor(options: DatadogIntakeOptions = {}) {
    super(options);
    this.#apiKey = options.apiKey;
    this.#now = options.now ?? Date.now;
  }

  /** What was accepted, duplicates included, whether or not the client was told. */
  get received(): DatadogCounts {
    return countsOf(this.#received, this.counts.received);
  }

  /** What has been acknowledged: an exporter may count it as delivered. */
  get acknowledged(): DatadogCounts {
    return countsOf(this.#acknowledged, this.counts.acknowledged);
  }

  /** How many spans came again. */
  get duplicates(): number {
    return this.#received.spans - this.#known.size;
  }

  override get units(): IntakeUnits {
    return { received: this.#received.spans, acknowledged: this.#acknowledged.spans, duplicates: this.duplicates };
  }

  /** Spans whose parent has not come, duplicates once. Empty when every trace is whole. */
  unknownParents(): DatadogSpan[] {
    return [...this.#orphans.values()].flat();
  }

  /** Resolves when so many different spans have come in. */
  async waitForSpans(count: number, timeoutMs = 10_000): Promise<void> {
    await this.waitFor(
      () => this.#known.size >= count,
      timeoutMs,
      () => `${this.#known.size} of ${count} spans`,
    );
  }

  /** Resolves when so many of these have come in. */
  async waitForItems(kind: Exclude<Kind, "spans">, count: number, timeoutMs = 10_000): Promise<void> {
    await this.waitFor(
      () => this.#received[kind] >= count,
      timeoutMs,
      () => `${this.#received[kind]} of ${count} ${kind}`,
    );
  }

  protected override handle(request: IntakeRequest): Verdict {
    const problem = requestProblem(request, this.#apiKey);
    if (problem !== undefined) return problem;
    const { path } = request;
    const json = jsonOf(request.body);
    if (json === undefined) return refuse(path, 400, ["(the body): is not JSON"]);
    const now = this.#now();
    switch (path) {
      case DATADOG_SERIES_PATH:
        return this.#items("series", parseSeries(json, now), path, { errors: [] });
      case DATADOG_LOGS_PATH:
        return this.#items("logs", parseLogs(json, now), path, {});
      case DATADOG_EVENTS_PATH:
        return this.#items("events", parseEvent(json, now), path, {
          status: "ok",
          event: { id: this.#received.events + 1 },
        });
      case DATADOG_EVALUATIONS_PATH:
        return this.#items("evaluations", parseEvaluations(json), path);
      default:
        return this.#spans(json, path, now);
    }
  }

  #spans(json: unknown, path: string, now: number): Verdict {
    const parsed = parsePayload(json);
    if ("problems" in parsed) return refuse(path, 400, parsed.problems);
    const { payload } = parsed;
    const problems = payload.spans.flatMap((span, index) =>
      problemsOf(span, now).map((reason) => `data.attributes.spans[${index}].${reason}`),
    );
    if (problems.length > 0) return refuse(path, 400, problems);
    return this.#accept(
      "spans",
      payload.spans.map((span) => this.#take(span, payload)),
    );
  }

  #items<Name extends Exclude<Kind, "spans">>(
    kind: Name,
    parsed: Parsed<DatadogIntake[Name][number]["item"]>,
    path: string,
    answer?: unknown,
  ): Verdict {
    if ("problems" in parsed) return refuse(path, 400, parsed.problems);
    const received = parsed.items.map((item) => ({ item, acknowledged: false }));
    const kept: ReceivedDatadogItem<unknown>[] = this[kind];
    if (this.keep) for (const each of received) kept.push(each);
    this.#received[kind] += received.length;
    return this.#accept(kind, received, answer);
  }

  #accept(kind: Kind, received: readonly { acknowledged: boolean }[], answer?: unknown): Verdict {
    return {
      status: 202,
      ...(answer === undefined ? {} : { body: JSON.stringify(answer) }),
      acknowledged: () => {
        this.#acknowledged[kind] += received.length;
        for (const item of received) item.acknowledged = true;
      },
    };
  }

  #take(
    span: DatadogSpan,
    { ml_app: mlApp, tags = [], session_id: session }: DatadogPayload,
  ): { acknowledged: boolean } {
    const sessionId = span.session_id ?? session;
    const key = keyOf(span, span.span_id);
    const received = {
      span,
      mlApp,
      tags: [...tags, ...(span.tags ?? [])],
      ...(sessionId === undefined ? {} : { sessionId }),
      isDuplicate: this.#known.has(key),
      acknowledged: false,
    };
    if (this.keep) this.spans.push(received);
    if (!received.isDuplicate) this.#place(span, key);
    this.#received.spans++;
    return received;
  }

  #place(span: DatadogSpan, key: string): void {
    this.#known.add(key);
    this.#orphans.delete(key);
    const parent = keyOf(span, span.parent_id);
    if (span.parent_id === "undefined" || this.#known.has(parent)) return;
    this.#orphans.set(parent, [...(this.#orphans.get(parent) ?? []), span]);
  }
}

/** Starts a stand-in of Datadog's intakes. Close it when done. */
export async function startDatadogIntake(options: DatadogIntakeOptions = {}): Promise<DatadogIntake> {
  return new DatadogIntake(options).listen();
}

function keyOf({ trace_id: traceId }: DatadogSpan, spanId: string): string {
  return `${traceId}:${spanId}`;
}

function countsOf({ spans, ...others }: Record<Kind, number>, requests: number): DatadogCounts {
  return { spans, ...Object.fromEntries(Object.entries(others).filter(([, count]) => count > 0)), requests };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
