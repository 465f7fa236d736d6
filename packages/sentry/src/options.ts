import { hostname } from "node:os";
import { Secret, beginningOf, proxyUrl } from "@charm/telemetry-core/kit";

/** What the exporter needs to know. Complete: whatever the environment does not say has its default. */
export interface SentryOptions {
  readonly dsn: Dsn;
  /** As Sentry's own SDK has it: `production` unless said. */
  readonly environment: string;
  readonly release: string | undefined;
  readonly serverName: string;
  /** Share of runs whose spans are sent, 0 to 1. Errors are sent in any case. */
  readonly tracesSampleRate: number;
  /** Whether error events carry the lines of the agent's source around each frame. */
  readonly sourceLines: boolean;
  /** Of an HTTP proxy. */
  readonly proxy: string | undefined;
}

/** Where a project's data goes. The key identifies the project and lets nobody read. */
export interface Dsn {
  readonly protocol: "http" | "https";
  readonly publicKey: Secret;
  readonly host: string;
  /** Empty for the protocol's own. */
  readonly port: string;
  /** Without slashes at its ends; mostly empty. */
  readonly path: string;
  readonly projectId: string;
}

/** Bounds that no variable changes. */
export const LIMITS: Readonly<
  Record<"batchSize" | "flushIntervalMs" | "timeoutMs" | "maxItemBytes" | "maxItemSpans", number>
> = {
  /** Spans of one batch. */
  batchSize: 500,
  /** How long a span may wait for others. */
  flushIntervalMs: 1000,
  /** For one try of a request. */
  timeoutMs: 10_000,
  /** Bytes of one envelope item, before compression. */
  maxItemBytes: 1024 * 1024,
  maxItemSpans: 1000,
};

const DSN_FORM = "https://<public key>@<host>/<project id>, as Sentry shows it under Client Keys (DSN)";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the options from environment variables.
 *
 * @param agent makes the release where `SENTRY_RELEASE` says nothing.
 * @returns the options, or why there is nothing to be done: all that is wrong, each with the variable and what it takes.
 * @throws TelemetryError `INVALID_OPTION` for a proxy variable that holds no URL.
 */
export function resolveOptions(
  environment: Environment,
  agent: { readonly name: string; readonly version?: string | undefined },
): { readonly options: SentryOptions } | { readonly disabled: string } {
  const read = (name: string): string => environment[name]?.trim() ?? "";
  if (read("SENTRY_DSN") === "") return { disabled: "no DSN. Set SENTRY_DSN in the agent's environment." };

  const problems: string[] = [];
  const dsn = parseDsn(read("SENTRY_DSN"));
  if (dsn === undefined) problems.push(`SENTRY_DSN is not a DSN. Set it to ${DSN_FORM}.`);
  const tracesSampleRate = rateOf(read("SENTRY_TRACES_SAMPLE_RATE"), problems);
  const sourceLines = flagOf("CHARM_SENTRY_SOURCE_LINES", read("CHARM_SENTRY_SOURCE_LINES"), problems);
  if (problems.length > 0 || dsn === undefined) return { disabled: problems.join(" ") };

  return {
    options: {
      dsn,
      environment: read("SENTRY_ENVIRONMENT") || "production",
      release: read("SENTRY_RELEASE") || releaseOf(agent),
      serverName: read("SENTRY_NAME") || hostname(),
      tracesSampleRate,
      sourceLines,
      proxy: proxyOf(dsn, environment),
    },
  };
}

/** Nothing for what is no DSN. A secret key, as old DSNs have it, is left out: it is not needed and must not travel. */
export function parseDsn(text: string): Dsn | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const [, path = "", projectId] = /^\/(?:(.+)\/)?(\d+)\/?$/.exec(url.pathname) ?? [];
  const isHttp = url.protocol === "https:" || url.protocol === "http:";
  if (!isHttp || !/^\w+$/.test(url.username) || projectId === undefined || url.search !== "" || url.hash !== "")
    return undefined;
  return {
    protocol: url.protocol === "https:" ? "https" : "http",
    publicKey: new Secret(url.username, "SENTRY_DSN"),
    host: url.hostname,
    port: url.port,
    path,
    projectId,
  };
}

/** What Sentry takes as a release: no blanks, slashes or control characters, at most 200 characters. */
export function releaseOf(agent: { readonly name: string; readonly version?: string | undefined }): string | undefined {
  if (agent.version === undefined) return undefined;
  return beginningOf(`${agent.name}@${agent.version}`.replaceAll(/[\s/\\\p{Cc}]+/gu, "-"), 200);
}

function rateOf(text: string, problems: string[]): number {
  if (text === "") return 1;
  const rate = Number(text);
  if (!(rate >= 0 && rate <= 1))
    problems.push(`SENTRY_TRACES_SAMPLE_RATE is ${JSON.stringify(text)}. Set it to a number from 0 to 1.`);
  return rate;
}

function flagOf(name: string, text: string, problems: string[]): boolean {
  const flag = text.toLowerCase();
  if (flag !== "" && flag !== "true" && flag !== "false")
    problems.push(`${name} is ${JSON.stringify(text)}. Set it to true or false.`);
  return flag === "true";
}

/** Sentry's SDK reads the names in lower case alone; other exporters of an agent read both. */
function proxyOf(dsn: Dsn, environment: Environment): string | undefined {
  const httpsProxy = dsn.protocol === "https" ? proxyUrl(environment, "HTTPS_PROXY") : "";
  const proxy = httpsProxy || proxyUrl(environment, "HTTP_PROXY");
  const isExempt = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    .split(",")
    .map((suffix) => suffix.trim())
    .some((suffix) => suffix === "*" || (suffix !== "" && dsn.host.endsWith(suffix)));
  return proxy === "" || isExempt ? undefined : proxy;
}
