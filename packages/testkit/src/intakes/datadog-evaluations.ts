import { z } from "zod";
import { parsed, shapeProblems } from "./datadog-shape.ts";
import type { Parsed } from "./datadog-shape.ts";
import { tag } from "./datadog-span.ts";

/** A judgement of a span, as the public LLM Observability API takes it. */
export interface DatadogEvaluation {
  readonly join_on: {
    readonly span?: { readonly span_id: string; readonly trace_id: string } | undefined;
    readonly tag?: { readonly key: string; readonly value: string } | undefined;
  };
  readonly ml_app: string;
  readonly label: string;
  /** It names the field that has the value: `score_value` for a score. */
  readonly metric_type: "score" | "categorical" | "boolean";
  readonly score_value?: number | undefined;
  readonly categorical_value?: string | undefined;
  readonly boolean_value?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly timestamp_ms: number;
  readonly event_kind?: "evaluation" | undefined;
  /** `key:value` each. */
  readonly tags?: readonly string[] | undefined;
}

const text = z.string().min(1);
const VALUES = ["score_value", "categorical_value", "boolean_value"] as const;

const evaluation = z.strictObject({
  join_on: z.strictObject({
    span: z.strictObject({ span_id: text, trace_id: text }).optional(),
    tag: z.strictObject({ key: text, value: text }).optional(),
  }),
  ml_app: text,
  label: text,
  metric_type: z.enum(["score", "categorical", "boolean"]),
  score_value: z.number().optional(),
  categorical_value: z.string().optional(),
  boolean_value: z.boolean().optional(),
  timestamp_ms: z.int().min(1e11, { error: "must be milliseconds since 1970" }),
  event_kind: z.literal("evaluation").optional(),
  tags: z.array(tag).optional(),
});

const payload = z.strictObject({
  data: z.strictObject({
    type: z.literal("evaluation_metric"),
    attributes: z.strictObject({ metrics: z.array(evaluation) }),
  }),
});

/** The evaluations of a request's parsed JSON, or all that is wrong with them. */
export function parseEvaluations(json: unknown): Parsed<DatadogEvaluation> {
  const result = payload.safeParse(json);
  if (!result.success) return { problems: shapeProblems(result.error) };
  const items = result.data.data.attributes.metrics;
  return parsed(
    items,
    items.flatMap((item, index) =>
      [...problemsOf(item)].map((problem) => `data.attributes.metrics[${index}].${problem}`),
    ),
  );
}

function* problemsOf(item: DatadogEvaluation): Generator<string> {
  const { span, tag: joinTag } = item.join_on;
  if ((span === undefined) === (joinTag === undefined)) yield "join_on: must have either a span or a tag";
  const wanted = `${item.metric_type}_value`;
  for (const name of VALUES) {
    if (name === wanted && item[name] === undefined) yield `${name}: is missing on a ${item.metric_type}`;
    if (name !== wanted && item[name] !== undefined) yield `${name}: has no place on a ${item.metric_type}`;
  }
}
