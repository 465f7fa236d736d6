import type { DatadogIntake, DatadogSpan } from "../../src/intakes/index.ts";
import { DATADOG_SPANS_PATH } from "../../src/intakes/datadog-endpoints.ts";

export const TRACE_ID = "0192f0c17a1070008000000000000abc";

/** A tool span that the intake accepts, with `fields` in place of its own. */
export function spanOf(fields: Record<string, unknown> = {}): DatadogSpan {
  return {
    name: "search",
    span_id: "42",
    trace_id: TRACE_ID,
    parent_id: "undefined",
    start_ns: Date.now() * 1e6,
    duration: 1_500_000,
    meta: { kind: "tool", input: { value: "{}" } },
    ...fields,
  } as DatadogSpan;
}

export function payloadOf(spans: readonly unknown[], attributes: Record<string, unknown> = {}): unknown {
  return { data: { type: "span", attributes: { ml_app: "charm-demo", spans, ...attributes } } };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The reasons of a refusal. */
  readonly details: readonly string[];
}

/** Sends a body, JSON unless it is bytes already, as an exporter would. */
export async function send(
  intake: DatadogIntake,
  body: unknown,
  {
    headers = {},
    path = DATADOG_SPANS_PATH,
    signal,
  }: { headers?: Record<string, string>; path?: string; signal?: AbortSignal } = {},
): Promise<Answer> {
  const response = await fetch(`${intake.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "dd-api-key": "not-a-real-key", ...headers },
    body: body instanceof Uint8Array ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, details: detailsOf(text) };
}

function detailsOf(text: string): string[] {
  if (!text.startsWith("{")) return [];
  const { errors = [] } = JSON.parse(text) as { errors?: { detail: string }[] };
  return errors.map(({ detail }) => detail);
}
