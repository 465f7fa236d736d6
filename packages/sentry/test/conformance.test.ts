import { startSentryIntake } from "@charm/telemetry-testkit/intakes";
import { describeExporter } from "@charm/telemetry-testkit/vitest";
import { SentryExporter } from "../src/index.ts";

describeExporter({
  create: () => new SentryExporter(),
  intake: () => startSentryIntake(),
  environment: ({ dsn }) => ({ SENTRY_DSN: dsn }),
});
