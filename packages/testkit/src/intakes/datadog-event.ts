import { z } from "zod";
import { parsed, shapeProblems } from "./datadog-shape.ts";
import type { Parsed } from "./datadog-shape.ts";

/** An event as the events API, version 1, takes it. */
export interface DatadogEvent {
  readonly title: string;
  readonly text: string;
  readonly alert_type?: (typeof ALERT_TYPES)[number] | undefined;
  readonly priority?: "normal" | "low" | null | undefined;
  /** Seconds since 1970. */
  readonly date_happened?: number | undefined;
  readonly aggregation_key?: string | undefined;
  readonly source_type_name?: string | undefined;
  readonly host?: string | undefined;
  readonly device_name?: string | undefined;
  readonly related_event_id?: number | undefined;
  readonly tags?: readonly string[] | undefined;
}

const ALERT_TYPES = ["error", "warning", "info", "success", "user_update", "recommendation", "snapshot"] as const;
const MAX_AGE_SECONDS = 18 * 60 * 60;

const event = z.strictObject({
  title: z.string().min(1),
  text: z.string().max(4000),
  alert_type: z.enum(ALERT_TYPES).optional(),
  priority: z.enum(["normal", "low"]).nullable().optional(),
  date_happened: z.int({ error: "must be whole seconds, a number" }).optional(),
  aggregation_key: z.string().max(100).optional(),
  source_type_name: z.string().optional(),
  host: z.string().optional(),
  device_name: z.string().optional(),
  related_event_id: z.int().optional(),
  tags: z.array(z.string().min(1)).optional(),
});

/** The event of a request's parsed JSON, or all that is wrong with it. */
export function parseEvent(json: unknown, nowUnixMs: number): Parsed<DatadogEvent> {
  const { success, data, error } = event.safeParse(json);
  if (!success) return { problems: shapeProblems(error) };
  const isOld = data.date_happened !== undefined && data.date_happened < nowUnixMs / 1000 - MAX_AGE_SECONDS;
  return parsed([data], isOld ? ["date_happened: events older than 18 h are not accepted"] : []);
}
