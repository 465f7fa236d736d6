import { dateOf } from "./datadog-shape.ts";
import type { DatadogSpan } from "./datadog-span.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** The vendor's names, and what other vendors call the same. */
const METRIC_ALIASES: Readonly<Record<string, string>> = {
  prompt_tokens: "input_tokens",
  completion_tokens: "output_tokens",
};
const TOKEN_METRICS = ["input_tokens", "output_tokens", "total_tokens"];

/** What is wrong with a span of the right shape: what its fields mean together. */
export function problemsOf(span: DatadogSpan, nowUnixMs: number): string[] {
  return [
    ...timeProblems(span, nowUnixMs),
    ...treeProblems(span),
    ...errorProblems(span),
    ...kindProblems(span),
    ...metricProblems(span),
  ];
}

function* timeProblems({ start_ns: startNs }: DatadogSpan, nowUnixMs: number): Generator<string> {
  const startUnixMs = startNs / 1e6;
  if (startUnixMs < nowUnixMs - DAY_MS) {
    const age =
      startNs < 1e17 ? "it looks like another unit than nanoseconds" : "spans older than 24 h are not accepted";
    yield `start_ns: ${startNs} is ${dateOf(startUnixMs)}: ${age}`;
  }
}

function* treeProblems({ span_id: spanId, parent_id: parentId }: DatadogSpan): Generator<string> {
  if (spanId === parentId) yield "parent_id: a span cannot be its own parent";
}

function* errorProblems({ status, meta }: DatadogSpan): Generator<string> {
  if (status === "error" && meta.error === undefined) yield 'meta.error: is missing on a span of status "error"';
  if (status !== "error" && meta.error !== undefined) yield 'status: must be "error" on a span that has meta.error';
}

function* kindProblems({ meta: { kind, input, output } }: DatadogSpan): Generator<string> {
  for (const [side, io] of [
    ["input", input],
    ["output", output],
  ] as const) {
    if (io?.messages !== undefined && kind !== "llm")
      yield `meta.${side}.messages: only spans of kind llm have messages`;
    if (io?.prompt !== undefined && (kind !== "llm" || side === "output"))
      yield `meta.${side}.prompt: only the input of an llm span has a prompt`;
    if (io?.documents !== undefined && (kind !== "retrieval" || side === "input"))
      yield `meta.${side}.documents: only the output of a retrieval span has documents`;
  }
}

function* metricProblems({ meta: { kind }, metrics = {}, duration }: DatadogSpan): Generator<string> {
  for (const name of Object.keys(metrics)) {
    const known = METRIC_ALIASES[name];
    if (known !== undefined) yield `metrics.${name}: the name is ${known}`;
    if (TOKEN_METRICS.includes(name) && kind !== "llm")
      yield `metrics.${name}: only spans of kind llm have token counts`;
  }
  const firstTokenSeconds = metrics["time_to_first_token"] ?? 0;
  if (firstTokenSeconds * 1e9 > duration) {
    yield `metrics.time_to_first_token: ${firstTokenSeconds} s is longer than the span's ${duration} ns: the unit is seconds`;
  }
}
