import { z } from "zod";
import { dateOf, parsed, shapeProblems } from "./datadog-shape.ts";
import type { Parsed } from "./datadog-shape.ts";

/** A series of points of one metric, as the metrics API, version 2, takes it. */
export interface DatadogSeries {
  readonly metric: string;
  /** Seconds since 1970, and the value then. */
  readonly points: readonly { readonly timestamp: number; readonly value: number }[];
  /** 0 unspecified, 1 count, 2 rate, 3 gauge. */
  readonly type?: 0 | 1 | 2 | 3 | undefined;
  /** Seconds that a point of a count or a rate stands for. */
  readonly interval?: number | undefined;
  /** The host is one of type `host`. */
  readonly resources?:
    | readonly { readonly name?: string | undefined; readonly type?: string | undefined }[]
    | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly unit?: string | undefined;
  readonly source_type_name?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

const AHEAD_SECONDS = 10 * 60;
const BEHIND_SECONDS = 60 * 60;

const series = z.strictObject({
  metric: z
    .string()
    .max(200)
    .regex(/^[A-Za-z][A-Za-z0-9_.]*$/, {
      error: "must be letters, digits, _ and ., a letter first: the vendor would rename it",
    }),
  points: z.array(
    z.strictObject({ timestamp: z.int({ error: "must be whole seconds, a number" }), value: z.number() }),
  ),
  type: z
    .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)], {
      error: "must be 0 (unspecified), 1 (count), 2 (rate) or 3 (gauge)",
    })
    .optional(),
  interval: z.int().nonnegative().optional(),
  resources: z.array(z.strictObject({ name: z.string().optional(), type: z.string().optional() })).optional(),
  tags: z.array(z.string().min(1)).optional(),
  unit: z.string().optional(),
  source_type_name: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

const payload = z.strictObject({ series: z.array(series) });

/** The series of a request's parsed JSON, or all that is wrong with them. */
export function parseSeries(json: unknown, nowUnixMs: number): Parsed<DatadogSeries> {
  const result = payload.safeParse(json);
  if (!result.success) return { problems: shapeProblems(result.error) };
  const items = result.data.series;
  return parsed(
    items,
    items.flatMap(({ points }, index) =>
      points.flatMap(({ timestamp }, at) => {
        const problem = timeProblem(timestamp, nowUnixMs / 1000);
        return problem === undefined ? [] : [`series[${index}].points[${at}].timestamp: ${problem}`];
      }),
    ),
  );
}

function timeProblem(timestamp: number, nowSeconds: number): string | undefined {
  const date = `${timestamp} is ${dateOf(timestamp * 1000)}`;
  if (timestamp > 1e11) return `${date}: it looks like another unit than seconds`;
  if (timestamp > nowSeconds + AHEAD_SECONDS) return `${date}: more than 10 minutes ahead`;
  return timestamp < nowSeconds - BEHIND_SECONDS ? `${date}: more than an hour behind` : undefined;
}
