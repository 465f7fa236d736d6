/** The ids of Charm's own exporters and integrations, and the packages that they belong to. */
export const FIRST_PARTY: ReadonlyMap<string, string> = new Map([
  ["datadog", "@charm/telemetry-datadog"],
  ["langsmith", "@charm/telemetry-langsmith"],
  ["sentry", "@charm/telemetry-sentry"],
  ["otlp", "@charm/telemetry-otlp"],
  ["langchain", "@charm/telemetry-langchain"],
  ["ai-sdk", "@charm/telemetry-ai-sdk"],
  ["openai-agents", "@charm/telemetry-openai-agents"],
]);

/** Words that mean something to Charm itself, so that no exporter can be called so. */
export const RESERVED_IDS: ReadonlySet<string> = new Set([
  "stdout",
  "charm",
  "emitter",
  "console",
  "core",
  "none",
  "all",
]);

/** Charm's own packages that are no exporters; names like theirs would be taken for them. */
export const OWN_PACKAGES: readonly string[] = [
  ...FIRST_PARTY.values(),
  "@charm/telemetry-core",
  "@charm/telemetry-cli",
  "@charm/telemetry-registry",
  "@charm/telemetry-runner",
  "@charm/telemetry-testkit",
  "create-charm-telemetry",
];
