import { startHttpIntake } from "@charm/telemetry-testkit/intakes";
import { describeExporter } from "@charm/telemetry-testkit/vitest";
import { AcmeExporter } from "../src/index.ts";

const KEY = "a-key-for-tests-0123456789";

interface Span {
  readonly span_id: string;
}

/** What Acme takes and refuses: every request has the key, and holds spans. */
describeExporter({
  name: "AcmeExporter",
  create: () => new AcmeExporter(),
  intake: () =>
    startHttpIntake<Span>({
      authorize: ({ headers }) => (headers["x-api-key"] === KEY ? undefined : 401),
      read: (body) => ({ items: (body as { spans: Span[] }).spans }),
      keyOf: (span) => span.span_id,
    }),
  environment: ({ url }) => ({ ACME_ENDPOINT: url, ACME_API_KEY: KEY }),
});
