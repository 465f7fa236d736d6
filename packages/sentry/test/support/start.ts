import { startSentryIntake } from "@charm/telemetry-testkit/intakes";
import type { SentryIntake, SentryIntakeOptions } from "@charm/telemetry-testkit/intakes";
import { startWithIntake } from "../../../testkit/test/support/started-exporter.ts";
import type { Started } from "../../../testkit/test/support/started-exporter.ts";
import { SentryExporter } from "../../src/index.ts";

export const PUBLIC_KEY = "0123456789abcdef0123456789abcdef";

/** The exporter at an intake, for one test. */
export async function start(options: SentryIntakeOptions = {}): Promise<Started<SentryExporter, SentryIntake>> {
  const intake = await startSentryIntake({ publicKey: PUBLIC_KEY, ...options });
  return startWithIntake(new SentryExporter(), intake, {
    SENTRY_DSN: intake.dsn.replace(/\/\/\w+@/, `//${PUBLIC_KEY}@`),
  });
}
