import { z } from "zod";
import { valuePath } from "../value-path.ts";
import type { SentryAttribute } from "./sentry-payloads.ts";

// Objects are strict: a vendor that ignores a field it does not know loses data without a word.
const text = z.string();
const record = z.record(text, z.unknown());
const traceId = text.regex(/^(?!0{32})[0-9a-f]{32}$/, { error: "must be 32 lower-case hex digits, not all 0" });
const spanId = text.regex(/^(?!0{16})[0-9a-f]{16}$/, { error: "must be 16 lower-case hex digits, not all 0" });
const eventId = text.regex(/^[0-9a-f]{32}$/, { error: "must be 32 lower-case hex digits" });
const time = z
  .number()
  .positive()
  .max(9_999_999_999, { error: "must be seconds since 1970: it looks like another unit" });
const name = text.min(1).max(200);

const FITS: Readonly<Record<SentryAttribute["type"], (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  double: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
};

const primitive = z.union([text, z.number(), z.boolean()]);
const attribute = z
  .strictObject({
    value: z.union([primitive, z.array(primitive)], {
      error: "must be a string, a number, a boolean or a list of these: Sentry drops anything else",
    }),
    type: z.enum(["string", "integer", "double", "boolean", "array"]),
  })
  .refine(({ value, type }) => FITS[type](value), { path: ["type"], error: "does not fit the value" });

const span = z
  .strictObject({
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: spanId.optional(),
    name: text.min(1),
    start_timestamp: time,
    end_timestamp: time,
    status: z.enum(["ok", "error"]),
    is_segment: z.boolean(),
    attributes: z.record(text, attribute),
    links: z.array(z.unknown()).optional(),
  })
  .refine((one) => one.end_timestamp >= one.start_timestamp, {
    path: ["end_timestamp"],
    error: "is before the start",
  })
  .refine((one) => one.parent_span_id !== one.span_id, {
    path: ["parent_span_id"],
    error: "a span cannot be its own parent",
  });

const spans = z.strictObject({
  version: z.literal(2),
  items: z
    .array(span)
    .min(1)
    .max(1000)
    .refine((all) => all.every((one) => one.trace_id === all[0]?.trace_id), {
      error: "must all be of one trace",
    }),
});

const frame = z.strictObject({
  filename: text.optional(),
  module: text.optional(),
  function: text.optional(),
  lineno: z.int().optional(),
  colno: z.int().optional(),
  in_app: z.boolean().optional(),
  // A capture that was published leaves the lines out: one word stands for all.
  pre_context: z.union([z.array(text), text]).optional(),
  context_line: text.optional(),
  post_context: z.union([z.array(text), text]).optional(),
});

const exception = z.strictObject({
  type: text.optional(),
  value: text.optional(),
  stacktrace: z.strictObject({ frames: z.array(frame).min(1) }).optional(),
  mechanism: z
    .strictObject({
      type: text,
      handled: z.boolean().optional(),
      synthetic: z.boolean().optional(),
      source: text.optional(),
      exception_id: z.int().optional(),
      parent_id: z.int().optional(),
      data: record.optional(),
    })
    .optional(),
});

const breadcrumb = z.strictObject({
  timestamp: time,
  category: text.optional(),
  message: text.optional(),
  level: z.enum(["fatal", "error", "warning", "log", "info", "debug"]).optional(),
  type: text.optional(),
  data: record.optional(),
});

const sdk = z.strictObject({
  name: text,
  version: text,
  packages: z.array(z.strictObject({ name: text, version: text })).optional(),
  integrations: z.array(text).optional(),
  settings: record.optional(),
});

const traceContext = z.looseObject({ trace_id: traceId, span_id: spanId, parent_span_id: spanId.optional() });

const base = {
  event_id: eventId,
  timestamp: time,
  platform: text,
  environment: text
    .max(64)
    .regex(/^[^\s/]+$/, { error: "may hold no blank and no slash" })
    .optional(),
  release: name.regex(/^[^\n\t/\\]+$/, { error: "may hold no line break, tab or slash" }).optional(),
  server_name: text.optional(),
  sdk: sdk.optional(),
  tags: z.record(text.max(32), z.unknown()).optional(),
  extra: record.optional(),
  user: record.optional(),
  modules: z.record(text, text).optional(),
  breadcrumbs: z.array(breadcrumb).max(100).optional(),
};

const event = z
  .strictObject({
    ...base,
    level: z.enum(["fatal", "error", "warning", "log", "info", "debug"]).optional(),
    message: text.optional(),
    logger: text.optional(),
    transaction: text.optional(),
    fingerprint: z.array(text).optional(),
    exception: z.strictObject({ values: z.array(exception).min(1) }).optional(),
    contexts: z.looseObject({ trace: traceContext.optional() }).optional(),
  })
  .refine((one) => one.message !== undefined || one.exception !== undefined, {
    error: "has neither an exception nor a message",
  });

const transaction = z.strictObject({
  ...base,
  type: z.literal("transaction"),
  transaction: name,
  transaction_info: record.optional(),
  start_timestamp: time,
  contexts: z.looseObject({ trace: traceContext }),
  spans: z.array(traceContext),
  measurements: record.optional(),
});

const clientReport = z.strictObject({
  timestamp: time,
  discarded_events: z.array(z.strictObject({ reason: text, category: text, quantity: z.int().positive() })).min(1),
});

const session = z.looseObject({ sid: text, started: text, status: text });

const itemHeader = {
  length: z.int().optional(),
  content_type: text.optional(),
};

export const ITEM_TYPES = ["span", "event", "transaction", "client_report", "session"] as const;

export type ItemType = (typeof ITEM_TYPES)[number];

/** What an item's header and its payload look like. */
export const ITEMS: Readonly<Record<ItemType, { readonly header: z.ZodType; readonly payload: z.ZodType }>> = {
  span: {
    header: z.strictObject({
      ...itemHeader,
      type: z.literal("span"),
      item_count: z.int(),
      content_type: z.literal("application/vnd.sentry.items.span.v2+json"),
    }),
    payload: spans,
  },
  event: { header: z.strictObject({ ...itemHeader, type: z.literal("event") }), payload: event },
  transaction: { header: z.strictObject({ ...itemHeader, type: z.literal("transaction") }), payload: transaction },
  client_report: { header: z.strictObject({ ...itemHeader, type: z.literal("client_report") }), payload: clientReport },
  session: { header: z.strictObject({ ...itemHeader, type: z.literal("session") }), payload: session },
};

export const ENVELOPE_HEADER: z.ZodType = z.strictObject({
  event_id: eventId.optional(),
  sent_at: z.iso.datetime().optional(),
  dsn: text.optional(),
  sdk: sdk.optional(),
  trace: z
    .strictObject({
      trace_id: traceId.optional(),
      public_key: text.optional(),
      environment: text.optional(),
      release: text.optional(),
      transaction: text.optional(),
      org_id: text.optional(),
      sampled: z.enum(["true", "false"]).optional(),
      sample_rate: text.optional(),
      sample_rand: text.optional(),
    })
    .optional(),
});

/** All that is wrong with a value, each with its path below `where`. */
export function shapeProblems(schema: z.ZodType, value: unknown, where: string): string[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => {
    const below = valuePath(path);
    return `${where}${below === "" || below.startsWith("[") ? below : `.${below}`}: ${message}`;
  });
}
