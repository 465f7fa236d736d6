import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import { describeExporter } from "@charm/telemetry-testkit/vitest";
import { DatadogExporter } from "../src/index.ts";

describeExporter({
  create: () => new DatadogExporter(),
  intake: () => startDatadogIntake({ apiKey: "canary-key-0123456789" }),
  environment: ({ url }) => ({ DD_API_KEY: "canary-key-0123456789", CHARM_DATADOG_ENDPOINT: url }),
});
