import { Secret, isLoopback, parseBaseUrl } from "@charm/telemetry-core/kit";

/** What the exporter needs to know. Complete: whatever the environment does not say has its default. */
export interface LangsmithOptions {
  readonly apiKey: Secret;
  /** Base of all addresses, without a slash at its end. */
  readonly apiUrl: string;
  readonly project: string;
  /** Needed with keys that belong to an organisation. */
  readonly workspaceId: string | undefined;
  readonly hideInputs: boolean;
  readonly hideOutputs: boolean;
  readonly hideMetadata: boolean;
  /** The share of traces that is sent, from 0 to 1. */
  readonly samplingRate: number;
}

/** Bounds that no variable changes. */
export const LIMITS: Readonly<Record<"batchSize" | "flushIntervalMs" | "timeoutMs" | "maxRequestBytes", number>> = {
  /** Runs of one request: what LangSmith's own SDK sends. */
  batchSize: 100,
  /** How long a run may wait for others, and how long one must take to be shown before its end. */
  flushIntervalMs: 500,
  /** For one try of a request. */
  timeoutMs: 10_000,
  /** LangSmith takes 20 MiB at the least. */
  maxRequestBytes: 20 * 1024 * 1024,
};

const DEFAULT_API_URL = "https://api.smith.langchain.com";

type Environment = Readonly<Record<string, string | undefined>>;
type Read = (name: string) => { readonly value: string; readonly variable: string };

/**
 * Reads the options from environment variables, each as `LANGSMITH_X`, then as `LANGCHAIN_X`.
 *
 * @returns the options and what people should know of them, or why there is nothing to be done: all that is wrong, each
 *   with the variable and what it takes.
 */
export function resolveOptions(
  environment: Environment,
): { readonly options: LangsmithOptions; readonly warnings: readonly string[] } | { readonly disabled: string } {
  const read = reader(environment);
  const tracing = [read("TRACING_V2"), read("TRACING")].find(({ value }) => value !== "");
  if (tracing?.value.toLowerCase() === "false") return { disabled: `${tracing.variable} is false.` };
  const key = read("API_KEY");
  if (key.value === "")
    return { disabled: "no API key. Set LANGSMITH_API_KEY (or LANGCHAIN_API_KEY) in the agent's environment." };

  const problems: string[] = [];
  if (!/^[\u0021-\u007e]+$/.test(key.value))
    problems.push(`${key.variable} holds characters that no API key has. Set it to the key alone.`);
  const workspace = read("WORKSPACE_ID");
  if (!/^[\w-]*$/.test(workspace.value))
    problems.push(`${workspace.variable} is not the id of a workspace, which is a UUID.`);
  const endpoint = read("ENDPOINT");
  const apiUrl = endpoint.value === "" ? DEFAULT_API_URL : baseUrl(endpoint, problems);
  const samplingRate = rateOf(read("TRACING_SAMPLING_RATE"), problems);
  if (problems.length > 0 || apiUrl === undefined) return { disabled: problems.join(" ") };

  const url = new URL(apiUrl);
  return {
    options: {
      apiKey: new Secret(key.value, key.variable),
      apiUrl,
      project: read("PROJECT").value || environment["LANGCHAIN_SESSION"]?.trim() || "default",
      workspaceId: workspace.value || undefined,
      hideInputs: isTrue(read("HIDE_INPUTS")),
      hideOutputs: isTrue(read("HIDE_OUTPUTS")),
      hideMetadata: isTrue(read("HIDE_METADATA")),
      samplingRate,
    },
    // LangSmith on servers of one's own is often reached like this, so it is no mistake for sure.
    warnings:
      url.protocol === "http:" && !isLoopback(url)
        ? [`${endpoint.variable} sends the API key and the agent's data unencrypted to ${url.host}.`]
        : [],
  };
}

function reader(environment: Environment): Read {
  return (name) => {
    const variables = [`LANGSMITH_${name}`, `LANGCHAIN_${name}`];
    const variable =
      variables.find((candidate) => (environment[candidate]?.trim() ?? "") !== "") ?? `LANGSMITH_${name}`;
    // Quotes survive where an .env file is read by something that does not know them; LangSmith's SDK cuts them, too.
    const value = environment[variable]?.trim().replace(/^(["'])(.*)\1$/, "$2") ?? "";
    return { value, variable };
  };
}

function baseUrl({ value, variable }: ReturnType<Read>, problems: string[]): string | undefined {
  const url = parseBaseUrl(value);
  if (url === undefined)
    problems.push(
      `${variable} is not a base URL. Set it to something like https://eu.api.smith.langchain.com, or remove it.`,
    );
  return url;
}

function rateOf({ value, variable }: ReturnType<Read>, problems: string[]): number {
  if (value === "") return 1;
  const rate = Number(value);
  if (!(rate >= 0 && rate <= 1))
    problems.push(`${variable} is ${JSON.stringify(value)}. Set it to a number from 0 to 1.`);
  return rate;
}

function isTrue({ value }: ReturnType<Read>): boolean {
  return value.toLowerCase() === "true";
}
