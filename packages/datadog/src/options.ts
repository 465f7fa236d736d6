import { hostname } from "node:os";
import { Secret, beginningOf, isLoopback, parseBaseUrl } from "@charm/telemetry-core/kit";
import { normalised, tagOf } from "./notation.ts";

/** What the exporter needs to know. Complete: whatever the environment does not say has its default. */
export interface DatadogOptions {
  readonly apiKey: Secret;
  /** Where spans are posted, and where metrics and logs of errors are, unless they are switched off. */
  readonly endpoints: { readonly spans: URL; readonly series?: URL | undefined; readonly logs?: URL | undefined };
  /** The application's name in LLM Observability, in the form that the vendor accepts. */
  readonly mlApp: string;
  /** `key:value` each; on every span, metric and log. */
  readonly tags: readonly string[];
  /** What logs are filed under. */
  readonly service: string;
  /** Which machine or container metrics and logs are from. */
  readonly host: string;
}

const DEFAULT_SITE = "datadoghq.com";

const PATHS = { spans: "/api/intake/llm-obs/v1/trace/spans", series: "/api/v2/series", logs: "/api/v2/logs" } as const;

/** Bounds that no variable changes. */
export const LIMITS: Readonly<Record<"batchSize" | "flushIntervalMs" | "timeoutMs" | "maxRequestBytes", number>> = {
  /** Spans of one request. */
  batchSize: 500,
  /** How long a span may wait for others. */
  flushIntervalMs: 1000,
  /** For one try of a request. */
  timeoutMs: 10_000,
  /** Of one request's body. The vendor's own SDK keeps to the same. */
  maxRequestBytes: 5 * 1024 * 1024,
};

/** Values of `DD_SITE` where LLM Observability exists. */
const SITES: readonly string[] = [
  DEFAULT_SITE,
  "us3.datadoghq.com",
  "us5.datadoghq.com",
  "datadoghq.eu",
  "ap1.datadoghq.com",
  "ap2.datadoghq.com",
  "uk1.datadoghq.com",
];
const GOVERNMENT_SITES = ["ddog-gov.com", "us2.ddog-gov.com"];

const MAX_ML_APP_LENGTH = 193;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the options from environment variables.
 *
 * @param agent whose name is the application's, and whose version is the tag's, unless variables say otherwise.
 * @returns the options, or why there is nothing to be done: all that is wrong, each with the variable and what it takes.
 */
export function resolveOptions(
  environment: Environment,
  agent: { readonly name: string; readonly version?: string | undefined },
): { readonly options: DatadogOptions } | { readonly disabled: string } {
  const read = (name: string): string => environment[name]?.trim() ?? "";
  const keyVariable = read("DD_API_KEY") === "" ? "DATADOG_API_KEY" : "DD_API_KEY";
  const key = read(keyVariable);
  if (key === "") return { disabled: "no API key. Set DD_API_KEY (or DATADOG_API_KEY) in the agent's environment." };

  const problems: string[] = [];
  if (!/^[\u0021-\u007e]+$/.test(key))
    problems.push(`${keyVariable} holds characters that no API key has. Set it to the key alone.`);
  const endpoints = endpointsOf(read("CHARM_DATADOG_ENDPOINT"), read("DD_SITE").toLowerCase(), problems);
  const isOn = (name: string): boolean => {
    const value = read(name);
    const isOff = /^(?:0|false|off|no)$/i.test(value);
    if (value !== "" && !isOff && !/^(?:1|true|on|yes)$/i.test(value))
      problems.push(`${name} is ${JSON.stringify(value.slice(0, 40))}. Set it to on or off.`);
    return !isOff;
  };
  const hasMetrics = isOn("CHARM_DATADOG_METRICS");
  const hasLogs = isOn("CHARM_DATADOG_LOGS");
  if (problems.length > 0 || endpoints === undefined) return { disabled: problems.join(" ") };

  const named = {
    version: read("DD_VERSION") || (agent.version ?? ""),
    env: read("DD_ENV"),
    service: read("DD_SERVICE"),
  };
  const tags = [
    ...listOf(read("DD_TAGS")).map((tag) => tagOf(tag)),
    ...Object.entries(named).map(([name, value]) => (value === "" ? undefined : tagOf(value, name))),
    "language:javascript",
  ];
  const mlApp = mlAppOf(read("DD_LLMOBS_ML_APP")) || mlAppOf(agent.name) || "agent";
  return {
    options: {
      apiKey: new Secret(key, keyVariable),
      endpoints: {
        spans: endpoints.spans,
        series: hasMetrics ? endpoints.series : undefined,
        logs: hasLogs ? endpoints.logs : undefined,
      },
      mlApp,
      tags: tags.filter((tag) => tag !== undefined),
      service: named.service || mlApp,
      host: read("DD_HOSTNAME") || hostname(),
    },
  };
}

/** Lower case; letters, digits and `_ - : . /`; at most 193 characters; no doubled and no trailing underscore. */
export function mlAppOf(name: string): string {
  const allowed = normalised(name).replace(/^_/, "");
  return beginningOf(allowed, MAX_ML_APP_LENGTH).replace(/_$/, "");
}

type Endpoints = Readonly<Record<keyof typeof PATHS, URL>>;

function endpointsOf(base: string, site: string, problems: string[]): Endpoints | undefined {
  if (base !== "") return relayed(base, problems);
  if (site === "" || SITES.includes(site)) return ofSite(site || DEFAULT_SITE);
  problems.push(
    GOVERNMENT_SITES.includes(site)
      ? `DD_SITE is ${site}, where Datadog has no LLM Observability.`
      : `DD_SITE is ${JSON.stringify(site)}, which is no Datadog site. Set it to ${meantSite(site) ?? oneOf(SITES)}.`,
  );
  return undefined;
}

/** Logs have a host of their own. */
function ofSite(site: string): Endpoints {
  return {
    spans: new URL(PATHS.spans, `https://api.${site}`),
    series: new URL(PATHS.series, `https://api.${site}`),
    logs: new URL(PATHS.logs, `https://http-intake.logs.${site}`),
  };
}

/** `https://app.datadoghq.eu/` is what the browser shows. */
function meantSite(text: string): string | undefined {
  const host = text.replace(/^[a-z]+:\/\//, "").replace(/[/:?#].*$/, "");
  return SITES.find((site) => host === site || host === `app.${site}` || host === `api.${site}`);
}

function relayed(base: string, problems: string[]): Endpoints | undefined {
  const prefix = parseBaseUrl(base);
  if (prefix === undefined) {
    problems.push("CHARM_DATADOG_ENDPOINT is not a base URL. Set it to something like https://proxy.example/datadog.");
    return undefined;
  }
  const url = new URL(prefix);
  if (url.protocol === "http:" && !isLoopback(url)) {
    problems.push("CHARM_DATADOG_ENDPOINT would send the API key unencrypted to another machine. Use https.");
    return undefined;
  }
  return {
    spans: new URL(prefix + PATHS.spans),
    series: new URL(prefix + PATHS.series),
    logs: new URL(prefix + PATHS.logs),
  };
}

/** `a:1,b:2`, or with blanks in place of commas. */
function listOf(text: string): string[] {
  return text.split(text.includes(",") ? "," : /\s+/).filter((tag) => tag.trim() !== "");
}

function oneOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
