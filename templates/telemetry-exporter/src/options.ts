import { Secret, isLoopback } from "@charm/telemetry-core/kit";

type Environment = Readonly<Record<string, string | undefined>>;

export interface AcmeOptions {
  readonly endpoint: URL;
  readonly apiKey: Secret;
}

/**
 * Reads the options from environment variables.
 *
 * @returns the options, or why nothing can be sent: every variable that is wrong, and what it takes.
 */
export function resolveOptions(environment: Environment): AcmeOptions | { readonly disabled: string } {
  const endpoint = environment.ACME_ENDPOINT?.trim() ?? "";
  const key = environment.ACME_API_KEY?.trim() ?? "";
  const problems = [endpointProblem(endpoint), keyProblem(key)].filter((problem) => problem !== undefined);
  if (problems.length > 0) return { disabled: problems.join(" ") };
  return { endpoint: new URL(endpoint), apiKey: new Secret(key, "ACME_API_KEY") };
}

function endpointProblem(endpoint: string): string | undefined {
  if (endpoint === "") return "no endpoint. Set ACME_ENDPOINT in the agent's environment.";
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:")
    return "ACME_ENDPOINT is not a URL. Set it to something like https://acme.example/v1/spans.";
  if (url.username !== "" || url.password !== "") return "ACME_ENDPOINT holds a password. Put it into ACME_API_KEY.";
  if (url.protocol === "http:" && !isLoopback(url))
    return "ACME_ENDPOINT would send the key unencrypted to another machine. Use https.";
  return undefined;
}

function keyProblem(key: string): string | undefined {
  if (key === "") return "no API key. Set ACME_API_KEY in the agent's environment.";
  // Anything else cannot stand in a header.
  if (!/^[\u0021-\u007e]+$/.test(key)) return "ACME_API_KEY holds characters that no key has. Set it to the key alone.";
  return undefined;
}
