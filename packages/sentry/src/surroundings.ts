import type { StartInfo } from "@charm/telemetry-core";
import type { FinishedSpan } from "@charm/telemetry-core/kit";
import type { SentryOptions } from "./options.ts";
import type { SdkIdentity } from "./sdk.ts";

/** What is the same on everything that a process sends. */
export interface Surroundings extends Pick<
  SentryOptions,
  "environment" | "release" | "serverName" | "tracesSampleRate"
> {
  readonly agentName: string;
  readonly nodeVersion: string;
  readonly sdk: SdkIdentity;
}

export function surroundingsOf(options: SentryOptions, { agent, runtime }: StartInfo, sdk: SdkIdentity): Surroundings {
  const { environment, release, serverName, tracesSampleRate } = options;
  return {
    environment,
    release,
    serverName,
    tracesSampleRate,
    agentName: agent.name,
    nodeVersion: runtime.version,
    sdk,
  };
}

/** What the agent is called where this span ran. */
export function agentNameOf(span: FinishedSpan, { agentName }: Surroundings): string {
  return span.run.name ?? agentName;
}
