import { HttpIntake, refusal } from "./http-intake.ts";
import type { HttpIntakeOptions, IntakeRequest, Verdict } from "./http-intake.ts";
import { problemsOf } from "./datadog-rules.ts";
import { parsePayload } from "./datadog-span.ts";
import type { DatadogPayload, DatadogSpan } from "./datadog-span.ts";

export interface DatadogIntakeOptions extends HttpIntakeOptions {
  /** The only key that is right; any unless given. */
  readonly apiKey?: string;
  /** The intake's clock, milliseconds since 1970: it decides which spans are too old. */
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

export const DATADOG_SPANS_PATH = "/api/intake/llm-obs/v1/trace/spans";

const MAX_REPORTED_PROBLEMS = 20;

/**
 * A strict stand-in of Datadog's public intake of LLM Observability spans
 * (`POST /api/intake/llm-obs/v1/trace/spans`). What is not right is refused with all reasons, by their paths.
 *
 * @see Datadog "LLM Observability HTTP API" reference
 */
export class DatadogIntake extends HttpIntake {
  /** All that came in, duplicates included, in order. Empty with `keep: false`. */
  readonly spans: ReceivedSpan[] = [];
  // The vendor's own SDK keeps its payloads at or under this size.
  protected override readonly maxBodyBytes: number = 5 * 1024 * 1024;
  readonly #apiKey: string | undefined;
  readonly #now: () => number;
  readonly #known = new Set<string>();
  /** Children by the parent that they wait for. */
  readonly #orphans = new Map<string, DatadogSpan[]>();
  #receivedSpans = 0;
  #acknowledgedSpans = 0;

  constructor(options: DatadogIntakeOptions = {}) {
    super(options);
    this.#apiKey = options.apiKey;
    this.#now = options.now ?? Date.now;
  }

  /** Spans and requests that were accepted, duplicates included, whether or not the client was told. */
  get received(): { readonly spans: number; readonly requests: number } {
    return { spans: this.#receivedSpans, requests: this.counts.received };
  }

  /** Spans and requests whose acknowledgement has left: what an exporter may count as delivered. */
  get acknowledged(): { readonly spans: number; readonly requests: number } {
    return { spans: this.#acknowledgedSpans, requests: this.counts.acknowledged };
  }

  /** How many spans came again. */
  get duplicates(): number {
    return this.#receivedSpans - this.#known.size;
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

  protected override handle(request: IntakeRequest): Verdict {
    const problem = this.#addressProblem(request);
    if (problem !== undefined) return problem;
    const json = jsonOf(request.body);
    if (json === undefined) return refuse(["(the body): is not JSON"]);
    const parsed = parsePayload(json);
    if ("problems" in parsed) return refuse(parsed.problems);
    const { payload } = parsed;
    const problems = payload.spans.flatMap((span, index) =>
      problemsOf(span, this.#now()).map((reason) => `data.attributes.spans[${index}].${reason}`),
    );
    return problems.length > 0 ? refuse(problems) : this.#accept(payload);
  }

  #addressProblem({ method, path, query, headers }: IntakeRequest): Verdict | undefined {
    if (path !== DATADOG_SPANS_PATH) return refusal(404, [`nothing is at ${path}: spans go to ${DATADOG_SPANS_PATH}`]);
    if (method !== "POST") return refusal(405, [`${method} is not allowed here: use POST`], { allow: "POST" });
    if (query.size > 0) return refusal(400, ["the address takes no query: a key belongs in the header DD-API-KEY"]);
    const key = headers["dd-api-key"];
    if (key === undefined || key === "") return refusal(401, ["the header DD-API-KEY is missing"]);
    if (this.#apiKey !== undefined && key !== this.#apiKey)
      return refusal(403, ["the API key is not valid for this site"]);
    const type = headers["content-type"]?.split(";")[0]?.trim();
    return type === "application/json"
      ? undefined
      : refusal(415, [`content-type must be application/json, got ${type ?? "none"}`]);
  }

  #accept(payload: DatadogPayload): Verdict {
    const received = payload.spans.map((span) => this.#take(span, payload));
    return {
      status: 202,
      acknowledged: () => {
        this.#acknowledgedSpans += received.length;
        for (const span of received) span.acknowledged = true;
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
    this.#receivedSpans++;
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

/** Starts a stand-in of Datadog's intake of LLM Observability spans. Close it when done. */
export async function startDatadogIntake(options: DatadogIntakeOptions = {}): Promise<DatadogIntake> {
  return new DatadogIntake(options).listen();
}

function keyOf({ trace_id: traceId }: DatadogSpan, spanId: string): string {
  return `${traceId}:${spanId}`;
}

function refuse(problems: readonly string[]): Verdict {
  const left = problems.length - MAX_REPORTED_PROBLEMS;
  return refusal(400, [...problems.slice(0, MAX_REPORTED_PROBLEMS), ...(left > 0 ? [`and ${left} more`] : [])]);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
