import { z } from "zod";
import { dateOf, parsed, shapeProblems } from "./datadog-shape.ts";
import type { Parsed } from "./datadog-shape.ts";

/** A log as the logs API, version 2, takes it: any further property is an attribute. */
export interface DatadogLog {
  readonly message: string;
  readonly ddsource?: string | undefined;
  /** Comma separated. */
  readonly ddtags?: string | undefined;
  readonly hostname?: string | undefined;
  readonly service?: string | undefined;
  /** ISO 8601, or milliseconds since 1970. */
  readonly timestamp?: string | number | undefined;
  readonly [attribute: string]: unknown;
}

const MAX_LOGS = 1000;
const MAX_AGE_MS = 18 * 60 * 60 * 1000;

const date = z
  .union([z.string(), z.number()])
  .refine((value) => !Number.isNaN(new Date(value).getTime()), { error: "must be a date or milliseconds since 1970" });

const log = z.looseObject({
  message: z.string(),
  ddsource: z.string().optional(),
  ddtags: z.string({ error: "must be one string: tags are separated by commas" }).optional(),
  hostname: z.string().optional(),
  service: z.string().optional(),
  timestamp: date.optional(),
});

const payload = z.array(log).max(MAX_LOGS, { error: `must be at most ${MAX_LOGS} logs` });

/** The logs of a request's parsed JSON, or all that is wrong with them. */
export function parseLogs(json: unknown, nowUnixMs: number): Parsed<DatadogLog> {
  const result = payload.safeParse(json);
  if (!result.success) return { problems: shapeProblems(result.error) };
  return parsed(
    result.data,
    result.data.flatMap(({ timestamp = nowUnixMs }, index) => {
      const unixMs = new Date(timestamp).getTime();
      if (unixMs >= nowUnixMs - MAX_AGE_MS) return [];
      return [`[${index}].timestamp: ${timestamp} is ${dateOf(unixMs)}: logs older than 18 h are not accepted`];
    }),
  );
}
