import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import type { DatadogIntake, DatadogIntakeOptions } from "@charm/telemetry-testkit/intakes";
import { startWithIntake } from "../../../testkit/test/support/started-exporter.ts";
import type { Started } from "../../../testkit/test/support/started-exporter.ts";
import { DatadogExporter } from "../../src/index.ts";

export const KEY = "canary-api-key-0123456789";

/** What goes beside the spans has tests of its own. */
export const SPANS_ALONE = { CHARM_DATADOG_METRICS: "off", CHARM_DATADOG_LOGS: "off" };

export type AtIntake = Started<DatadogExporter, DatadogIntake>;

/** The exporter at an intake, for one test. */
export async function start(
  environment: Readonly<Record<string, string>> = {},
  options: DatadogIntakeOptions = {},
): Promise<AtIntake> {
  const intake = await startDatadogIntake({ apiKey: KEY, ...options });
  const variables = { DD_API_KEY: KEY, CHARM_DATADOG_ENDPOINT: intake.url, ...environment };
  return startWithIntake(new DatadogExporter(), intake, variables);
}
