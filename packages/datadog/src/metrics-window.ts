import type { FinishedSpan } from "@charm/telemetry-core/kit";
import { tagOf } from "./notation.ts";

/**
 * What runs, tools and models did in one window of time, as series of Datadog's metrics API, version 2.
 *
 * @see Datadog "Submit metrics" reference
 */

const COUNT = 1;
const GAUGE = 3;

/** Seconds between two reports. */
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
  #lastSeconds = 0;

  /** @param common tags of every series, such as `env:production`. */
  constructor({ tags, host }: { readonly tags: readonly string[]; readonly host: string }) {
    this.#tags = tags;
    this.#resources = [{ type: "host", name: host }];
  }

  add(span: FinishedSpan): void {
    const seconds = Math.max(0, span.endTimeUnixMs - span.startTimeUnixMs) / 1000;
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
        if (span.timeToFirstTokenMs !== undefined)
          this.#mean("charm.llm.time_to_first_token", "second", span.timeToFirstTokenMs / 1000, [model, status]);
      }
    }
  }

  /**
   * Ends the window.
   *
   * @returns one series each, as JSON. No two windows have the same time: Datadog keeps the last of what looks the same.
   */
  take(nowUnixMs: number): string[] {
    if (this.#sums.size === 0) return [];
    const timestamp = Math.max(Math.floor(nowUnixMs / 1000), this.#lastSeconds + 1);
    this.#lastSeconds = timestamp;
    const sums = [...this.#sums.values()];
    this.#sums = new Map();
    return sums.map(({ metric, type, unit, tags, total, count }) =>
      JSON.stringify({
        metric,
        type,
        ...(type === COUNT ? { interval: WINDOW_SECONDS } : {}),
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

  #mean(metric: string, unit: string, value: number, tags: readonly string[]): void {
    this.#add({ metric, type: GAUGE, unit, tags }, value);
  }

  #add(series: Omit<Sum, "total" | "count">, value: number): void {
    if (!Number.isFinite(value)) return;
    const key = [series.metric, ...series.tags].join("\n");
    const sum = this.#sums.get(key) ?? { ...series, total: 0, count: 0 };
    sum.total += value;
    sum.count++;
    this.#sums.set(key, sum);
  }

  #nameTag(key: "tool" | "model", name: string): string {
    const names = this.#names[key];
    const tag = tagOf(name, key) ?? `${key}:unknown`;
    if (!names.has(tag) && names.size >= MAX_NAMES) return `${key}:other`;
    names.add(tag);
    return tag;
  }
}
