import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import { describeExporter } from "@charm/telemetry-testkit/vitest";
import { DatadogExporter } from "../src/index.ts";
import { SPANS_ALONE } from "./support/start.ts";

describeExporter({
  create: () => new DatadogExporter(),
  intake: () => startDatadogIntake({ apiKey: "canary-key-0123456789" }),
  // The kit counts requests of what it can count.
  environment: ({ url }) => ({ DD_API_KEY: "canary-key-0123456789", CHARM_DATADOG_ENDPOINT: url, ...SPANS_ALONE }),
});
