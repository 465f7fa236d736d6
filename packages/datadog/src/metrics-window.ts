import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { normalised, tagOf } from "./notation.ts";

/**
 * What runs, tools and models did in one window of time, as series of Datadog's metrics API, version 2.
 *
 * @see Datadog "Submit metrics" reference
 */

const COUNT = 1;
const GAUGE = 3;

/** Seconds that a window lasts, unless it is ended sooner. */
export const WINDOW_SECONDS = 10;

/** Names of tools and of models that are told apart; further ones share the name `other`. Tags cost, and models invent. */
const MAX_NAMES = 100;

interface Sum {
  readonly metric: string;
  readonly type: typeof COUNT | typeof GAUGE;
  readonly unit: string;
  readonly tags: readonly string[];
  total: number;
  /** How many values are in the total: a gauge is their mean. */
  count: number;
}

export class MetricsWindow {
  readonly #tags: readonly string[];
  readonly #resources: readonly { readonly type: "host"; readonly name: string }[];
  readonly #names = { tool: new Set<string>(), model: new Set<string>() };
  #sums = new Map<string, Sum>();
  #beganUnixMs = 0;
  /** The time of the window before this one, in seconds. */
  #lastSeconds = 0;

  /** @param common tags of every series, such as `env:production`. */
  constructor({ tags, host }: { readonly tags: readonly string[]; readonly host: string }) {
    this.#tags = tags;
    this.#resources = [{ type: "host", name: host }];
  }

  add(span: FinishedSpan, nowUnixMs: number): void {
    if (this.#sums.size === 0) this.#beganUnixMs = nowUnixMs;
    // Of a span without its start, or its end, nobody knows how long it took. It counts all the same.
    const seconds = span.isPartial ? undefined : Math.max(0, span.endTimeUnixMs - span.startTimeUnixMs) / 1000;
    const status = `status:${span.status}`;
    switch (span.kind) {
      case "run":
        this.#count("charm.run.count", "run", 1, [status]);
        this.#mean("charm.run.duration", "second", seconds, [status]);
        break;
      case "tool": {
        const tool = this.#nameTag("tool", span.name);
        this.#count("charm.tool.count", "invocation", 1, [tool, status]);
        this.#mean("charm.tool.duration", "second", seconds, [tool, status]);
        if (span.status !== "ok") this.#count("charm.tool.error", "error", 1, [tool, status]);
        break;
      }
      case "llm": {
        const model = this.#nameTag("model", span.model ?? "unknown");
        const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = span.usage;
        const kinds = {
          input: inputTokens,
          output: outputTokens,
          cached_input: cachedInputTokens,
          reasoning: reasoningTokens,
        };
        for (const [kind, tokens] of Object.entries(kinds))
          if (tokens !== undefined && tokens > 0)
            this.#count("charm.llm.tokens", "token", tokens, [model, `kind:${kind}`, status]);
        const untilToken = span.timeToFirstTokenMs === undefined ? undefined : span.timeToFirstTokenMs / 1000;
        this.#mean("charm.llm.time_to_first_token", "second", untilToken, [model, status]);
      }
    }
  }

  /** Whether it would have a second of its own if it ended now: of two in the same second Datadog keeps the later alone. */
  hasOwnSecond(nowUnixMs: number): boolean {
    return Math.floor(nowUnixMs / 1000) > this.#lastSeconds;
  }

  /**
   * Ends the window. Where it has no second of its own, the next one is its time.
   *
   * @returns one series each, as JSON.
   */
  take(nowUnixMs: number): string[] {
    if (this.#sums.size === 0) return [];
    const timestamp = this.hasOwnSecond(nowUnixMs) ? Math.floor(nowUnixMs / 1000) : this.#lastSeconds + 1;
    this.#lastSeconds = timestamp;
    const interval = Math.max(1, Math.round((nowUnixMs - this.#beganUnixMs) / 1000));
    const sums = [...this.#sums.values()];
    this.#sums = new Map();
    return sums.map(({ metric, type, unit, tags, total, count }) =>
      JSON.stringify({
        metric,
        type,
        ...(type === COUNT ? { interval } : {}),
        points: [{ timestamp, value: type === COUNT ? total : total / count }],
        tags: [...this.#tags, ...tags],
        resources: this.#resources,
        unit,
      }),
    );
  }

  #count(metric: string, unit: string, value: number, tags: readonly string[]): void {
    this.#add({ metric, type: COUNT, unit, tags }, value);
  }

  #mean(metric: string, unit: string, value: number | undefined, tags: readonly string[]): void {
    if (value !== undefined) this.#add({ metric, type: GAUGE, unit, tags }, value);
  }

  #add(series: Omit<Sum, "total" | "count">, value: number): void {
    if (!Number.isFinite(value)) return;
    const key = [series.metric, ...series.tags].join("\n");
    const sum = this.#sums.get(key) ?? { ...series, total: 0, count: 0 };
    sum.total += value;
    sum.count++;
    this.#sums.set(key, sum);
  }

  /** As Datadog will write it, so that names which it makes the same are one series here, too. */
  #nameTag(key: "tool" | "model", name: string): string {
    const names = this.#names[key];
    const tag = normalised(tagOf(normalised(name), key) ?? `${key}:unknown`);
    if (!names.has(tag) && names.size >= MAX_NAMES) return `${key}:other`;
    names.add(tag);
    return tag;
  }
}
