import { refusal } from "./http-intake.ts";
import type { IntakeRequest, Verdict } from "./http-intake.ts";

export const DATADOG_SPANS_PATH = "/api/intake/llm-obs/v1/trace/spans";
export const DATADOG_EVALUATIONS_PATH = "/api/intake/llm-obs/v2/eval-metric";
export const DATADOG_SERIES_PATH = "/api/v2/series";
export const DATADOG_LOGS_PATH = "/api/v2/logs";
export const DATADOG_EVENTS_PATH = "/api/v1/events";

interface Endpoint {
  /** Names that the address may carry. */
  readonly query?: readonly string[];
  /** As sent. */
  readonly maxWireBytes?: number;
  /** Without content encoding, if less than what the whole intake takes. */
  readonly maxBytes?: number;
  /** A refusal lists its reasons as strings, not as JSON:API errors. */
  readonly isPlain?: boolean;
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  [DATADOG_SPANS_PATH]: {},
  [DATADOG_EVALUATIONS_PATH]: {},
  [DATADOG_SERIES_PATH]: { maxWireBytes: 500 * 1024, isPlain: true },
  [DATADOG_LOGS_PATH]: { query: ["ddtags"], maxBytes: 5_000_000 },
  [DATADOG_EVENTS_PATH]: { isPlain: true },
};

const MAX_REPORTED_PROBLEMS = 20;

/** Why a request is refused before its content is looked at. */
export function requestProblem(request: IntakeRequest, apiKey: string | undefined): Verdict | undefined {
  const { method, path, query, headers, wireBytes, body } = request;
  const endpoint = ENDPOINTS[path];
  const no = (status: number, reason: string): Verdict => refuse(path, status, [reason]);
  if (endpoint === undefined) return no(404, `nothing is at ${path}: use ${Object.keys(ENDPOINTS).join(", ")}`);
  if (method !== "POST") return refuse(path, 405, [`${method} is not allowed here: use POST`], { allow: "POST" });
  const { query: allowed = [], maxWireBytes = Infinity, maxBytes = Infinity } = endpoint;
  const unknown = [...query.keys()].find((name) => !allowed.includes(name));
  if (unknown !== undefined) return no(400, `the address takes no ${unknown}: a key belongs in the header DD-API-KEY`);
  const key = headers["dd-api-key"];
  if (key === undefined || key === "") return no(401, "the header DD-API-KEY is missing");
  if (apiKey !== undefined && key !== apiKey) return no(403, "the API key is not valid for this site");
  const type = headers["content-type"]?.split(";")[0]?.trim();
  if (type !== "application/json") return no(415, `content-type must be application/json, got ${type ?? "none"}`);
  if (wireBytes > maxWireBytes) return no(413, `the body as sent is larger than ${maxWireBytes} bytes`);
  return body.length > maxBytes ? no(413, `the body is larger than ${maxBytes} bytes`) : undefined;
}

/** A refusal in the form of this path, with at most so many reasons as a person reads. */
export function refuse(
  path: string,
  status: number,
  reasons: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Verdict {
  const left = reasons.length - MAX_REPORTED_PROBLEMS;
  const errors = [...reasons.slice(0, MAX_REPORTED_PROBLEMS), ...(left > 0 ? [`and ${left} more`] : [])];
  return ENDPOINTS[path]?.isPlain === true
    ? { status, headers, body: JSON.stringify({ errors }) }
    : refusal(status, errors, headers);
}
