import { z } from "zod";
import { shapeProblems } from "./datadog-shape.ts";

export type DatadogSpanKind = "agent" | "workflow" | "llm" | "tool" | "task" | "embedding" | "retrieval";

/** A span as the public LLM Observability API takes it. */
export interface DatadogSpan {
  readonly name: string;
  /** Decimal, as the vendor's SDK writes it. */
  readonly span_id: string;
  /** 32 hex digits. */
  readonly trace_id: string;
  /** A span id, or the string `undefined` for a root. */
  readonly parent_id: string;
  /** Since 1970. Numbers of this size are exact to 256 ns. */
  readonly start_ns: number;
  /** Nanoseconds. */
  readonly duration: number;
  readonly status?: "ok" | "error" | undefined;
  readonly meta: DatadogMeta;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly session_id?: string | undefined;
  /** `key:value` each. */
  readonly tags?: readonly string[] | undefined;
  readonly apm_trace_id?: string | undefined;
}

export interface DatadogMeta {
  readonly kind: DatadogSpanKind;
  readonly error?:
    | { readonly message: string; readonly type?: string | undefined; readonly stack?: string | undefined }
    | undefined;
  readonly input?: DatadogIO | undefined;
  readonly output?: DatadogIO | undefined;
  readonly metadata?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly model_name?: string | undefined;
  readonly model_provider?: string | undefined;
}

export interface DatadogIO {
  readonly value?: string | undefined;
  readonly messages?: readonly DatadogMessage[] | undefined;
  readonly documents?: readonly unknown[] | undefined;
  readonly prompt?: unknown;
}

export interface DatadogMessage {
  readonly role: string;
  readonly content: string;
  readonly tool_calls?:
    | readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[]
    | undefined;
  readonly tool_results?: readonly { readonly result: string }[] | undefined;
}

export interface DatadogPayload {
  readonly ml_app: string;
  readonly spans: readonly DatadogSpan[];
  readonly tags?: readonly string[] | undefined;
  readonly session_id?: string | undefined;
}

// Objects are strict: a vendor that ignores a field it does not know loses data without a word.
const text = z.string();
const DECIMAL = /^[1-9]\d{0,19}$/;
const MAX_UINT64 = 2n ** 64n - 1n;

const spanId = text.refine((id) => DECIMAL.test(id) && BigInt(id) <= MAX_UINT64, {
  error: "must be an unsigned 64-bit number as a decimal string, not 0",
});

const traceId = text.regex(/^(?!0{32})[0-9a-f]{32}$/, { error: "must be 32 lower-case hex digits, not all 0" });

const parentId = text.refine((id) => id === "undefined" || spanId.safeParse(id).success, {
  error: 'must be a span id in decimal, or the string "undefined" for a root',
});

export const tag: z.ZodType<string> = text
  .regex(/^[^:\s][^:]*:.*\S/s, { error: 'must have the form "key:value"' })
  .refine((value) => !value.includes(","), { error: "must have no comma: the intake would split the tag" });

const metadataValue = z.union([text, z.number(), z.boolean()], {
  error: "must be a string, a number or a boolean: metadata is flat",
});

const message = z.strictObject({
  role: text,
  content: text,
  tool_calls: z
    .array(
      z.strictObject({
        name: text,
        arguments: z.record(text, z.unknown()),
        tool_id: text.optional(),
        type: text.optional(),
      }),
    )
    .optional(),
  tool_results: z
    .array(z.strictObject({ name: text.optional(), result: text, tool_id: text.optional(), type: text.optional() }))
    .optional(),
});

const document = z.strictObject({ text, name: text.optional(), score: z.number().optional(), id: text.optional() });

const prompt = z.strictObject({
  id: text.optional(),
  version: text.optional(),
  template: text.optional(),
  chat_template: z.array(message).optional(),
  variables: z.record(text, text).optional(),
  query_variable_keys: z.array(text).optional(),
  context_variable_keys: z.array(text).optional(),
  tags: z.record(text, text).optional(),
});

const io = z.strictObject({
  value: text.optional(),
  messages: z.array(message).optional(),
  documents: z.array(document).optional(),
  prompt: prompt.optional(),
});

const meta = z.strictObject({
  kind: z.enum(["agent", "workflow", "llm", "tool", "task", "embedding", "retrieval"]),
  error: z.strictObject({ message: text, type: text.optional(), stack: text.optional() }).optional(),
  input: io.optional(),
  output: io.optional(),
  metadata: z.record(text, metadataValue).optional(),
  model_name: text.optional(),
  model_provider: text.optional(),
});

const span = z.strictObject({
  name: text.min(1),
  span_id: spanId,
  trace_id: traceId,
  parent_id: parentId,
  // Nanoseconds since 1970 pass 2^53: `z.int()`, which wants safe integers, would refuse all of them.
  start_ns: z.number().refine(Number.isInteger, { error: "must be whole nanoseconds" }),
  duration: z.number().nonnegative(),
  status: z.enum(["ok", "error"]).optional(),
  meta,
  metrics: z.record(text, z.number()).optional(),
  session_id: text.min(1).optional(),
  tags: z.array(tag).optional(),
  apm_trace_id: text.optional(),
});

const mlApp = text
  .min(1)
  .max(193)
  .regex(/^[\p{Ll}\p{Lo}\p{Nd}_\-:./]+$/u, { error: "may hold lower-case letters, digits and _ - : . / only" })
  .refine((name) => !name.includes("__") && !name.endsWith("_"), {
    error: "must have no doubled and no trailing underscore",
  });

const payload = z.strictObject({
  data: z.strictObject({
    type: z.literal("span"),
    attributes: z.strictObject({
      ml_app: mlApp,
      spans: z.array(span),
      tags: z.array(tag).optional(),
      session_id: text.min(1).optional(),
    }),
  }),
});

export type ParsedPayload = { readonly payload: DatadogPayload } | { readonly problems: readonly string[] };

/** The spans of a request's parsed JSON, or all that is wrong with its shape, each with its path. */
export function parsePayload(json: unknown): ParsedPayload {
  const result = payload.safeParse(json);
  if (result.success) return { payload: result.data.data.attributes };
  return { problems: shapeProblems(result.error) };
}
