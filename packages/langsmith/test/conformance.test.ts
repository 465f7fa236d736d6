import { startLangsmithIntake } from "@charm/telemetry-testkit/intakes";
import { describeExporter } from "@charm/telemetry-testkit/vitest";
import { LangsmithExporter } from "../src/index.ts";

describeExporter({
  create: () => new LangsmithExporter(),
  intake: () => startLangsmithIntake({ apiKey: "canary-key-0123456789" }),
  environment: ({ url }) => ({ LANGSMITH_API_KEY: "canary-key-0123456789", LANGSMITH_ENDPOINT: url }),
});
