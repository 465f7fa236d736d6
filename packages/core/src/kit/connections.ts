import type { Dispatcher, EnvHttpProxyAgent } from "undici";
import { TelemetryError } from "../errors.ts";
import { isLoopback } from "./base-url.ts";

export interface ConnectionOptions {
  /** Where requests go; a loopback address is never reached through a proxy. */
  readonly url: URL;
  /** For `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case. */
  readonly environment: NodeJS.ProcessEnv;
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

const KEEP_ALIVE_MS = 10_000;

/**
 * A pool of connections that are kept open, through a proxy where the environment names one. Extra certificate
 * authorities come from `NODE_EXTRA_CA_CERTS`, which Node itself reads when the process starts.
 *
 * @throws TelemetryError `INVALID_OPTION`, at once, as {@link proxyUrl} does.
 */
export function openConnections({ url, environment, ...limits }: ConnectionOptions): Promise<Dispatcher> {
  const httpProxy = proxyUrl(environment, "HTTP_PROXY");
  const httpsProxy = proxyUrl(environment, "HTTPS_PROXY");
  if ((httpProxy === "" && httpsProxy === "") || isLoopback(url)) return createPool(limits);
  const noProxy = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  return createPool(limits, { httpProxy, httpsProxy, noProxy });
}

async function createPool(
  { connections, connectTimeoutMs }: Pick<ConnectionOptions, "connections" | "connectTimeoutMs">,
  proxies?: EnvHttpProxyAgent.Options,
): Promise<Dispatcher> {
  // Takes ten times as long to load as the rest of the kit: not for exporters that bring their own HTTP.
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const options = {
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: connectTimeoutMs },
    // The sender has one timer for a whole request; undici's own are coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return proxies === undefined ? new Agent(options) : new EnvHttpProxyAgent({ ...options, ...proxies });
}

/**
 * The URL of a proxy that a variable names, in upper or lower case; empty where there is none.
 *
 * @throws TelemetryError `INVALID_OPTION` for what is not an http(s) URL, or whose user or password cannot be decoded.
 */
export function proxyUrl(environment: NodeJS.ProcessEnv, name: "HTTPS_PROXY" | "HTTP_PROXY"): string {
  const value = environment[name.toLowerCase()] ?? environment[name] ?? "";
  if (value === "" || isProxyUrl(value)) return value;
  const hint = value.includes("%") ? " A % in its user or password is written %25." : "";
  throw new TelemetryError(
    "INVALID_OPTION",
    `${name} is not the URL of a proxy, such as http://proxy.example:3128.${hint}`,
    { where: name },
  );
}

function isProxyUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(`${username}:${password}`); // as undici and other clients do
    return true;
  } catch {
    return false;
  }
}
