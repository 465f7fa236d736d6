import type { SentryIntake } from "../../src/intakes/index.ts";

export const PUBLIC_KEY = "0123456789abcdef0123456789abcdef";

export interface WrittenItem {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: unknown;
}

/** An envelope as Sentry's own SDK writes it: without lengths. */
export function envelopeText(header: unknown, items: readonly WrittenItem[]): string {
  const lines = items.flatMap((item) => [JSON.stringify(item.header), JSON.stringify(item.payload)]);
  return [JSON.stringify(header), ...lines].join("\n");
}

export function sentrySpan(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    trace_id: "0192f0c17a1070008000000000000abc",
    span_id: "00000000000000aa",
    name: "invoke_agent demo",
    start_timestamp: 1795338783.838,
    end_timestamp: 1795338783.921,
    is_segment: true,
    status: "ok",
    attributes: { "sentry.op": { value: "gen_ai.invoke_agent", type: "string" } },
    ...fields,
  };
}

export function spanItem(spans: readonly unknown[], header: Record<string, unknown> = {}): WrittenItem {
  const contentType = "application/vnd.sentry.items.span.v2+json";
  return {
    header: { type: "span", item_count: spans.length, content_type: contentType, ...header },
    payload: { version: 2, items: spans },
  };
}

export const EVENT_ID: string = "a".repeat(32);

export function eventItem(fields: Record<string, unknown> = {}): WrittenItem {
  return {
    header: { type: "event" },
    payload: {
      event_id: EVENT_ID,
      timestamp: 1795338783.9,
      platform: "node",
      level: "error",
      exception: { values: [{ type: "TypeError", value: "no rows" }] },
      ...fields,
    },
  };
}

/** Sends a body as a client would. */
export async function sendEnvelope(
  intake: SentryIntake,
  body: string | Uint8Array,
  {
    path = "/api/1/envelope/",
    query = `sentry_version=7&sentry_key=${PUBLIC_KEY}`,
    method = "POST",
    headers = {},
  }: { path?: string; query?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; problems: readonly string[] }> {
  const response = await fetch(`${intake.url}${path}?${query}`, {
    method,
    headers,
    ...(method === "GET" ? {} : { body }),
  });
  const text = await response.text();
  const { detail, causes = [] } = (text === "" ? {} : JSON.parse(text)) as { detail?: string; causes?: string[] };
  return { status: response.status, text, problems: detail === undefined ? [] : [detail, ...causes] };
}
