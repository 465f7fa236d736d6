/** The vendors whose intakes the backend stands in for; each is an exporter of ours by the same name. */
export const VENDORS = ["datadog", "langsmith", "sentry"];

/** What an agent with these exporters has in its environment. All three send to one process, which knows them by their paths. */
export function vendorEnvironment(url) {
  const { host } = new URL(url);
  return {
    CHARM_TELEMETRY_ISOLATION: "worker",
    DD_API_KEY: "not-a-real-datadog-key",
    CHARM_DATADOG_ENDPOINT: url,
    LANGSMITH_API_KEY: "not-a-real-langsmith-key",
    LANGSMITH_ENDPOINT: url,
    SENTRY_DSN: sentryDsn(host),
  };
}

export function sentryDsn(host) {
  return `http://benchkey@${host}/1`;
}

/** Which of the backend's intakes a peer sends to. */
export const VENDORS_OF = {
  otlp: ["otlp"],
  langfuse: ["otlp"],
  "dd-trace": ["datadog"],
  langsmith: ["langsmith"],
  sentry: ["sentry"],
  mastra: VENDORS,
};
