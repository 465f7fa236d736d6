import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import { describeExporter } from "@charm/telemetry-testkit/vitest";
import { DatadogExporter } from "../src/index.ts";

// The kit counts requests of what it can count: metrics and logs have tests of their own.
const SPANS_ALONE = { CHARM_DATADOG_METRICS: "off", CHARM_DATADOG_LOGS: "off" };

describeExporter({
  create: () => new DatadogExporter(),
  intake: () => startDatadogIntake({ apiKey: "canary-key-0123456789" }),
  environment: ({ url }) => ({ DD_API_KEY: "canary-key-0123456789", CHARM_DATADOG_ENDPOINT: url, ...SPANS_ALONE }),
});
