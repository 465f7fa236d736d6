import { startDatadogIntake, startLangsmithIntake, startSentryIntake } from "@charm/telemetry-testkit/intakes";
import type { Fault, HttpIntake } from "@charm/telemetry-testkit/intakes";

export const EXPORTERS = ["datadog", "langsmith", "sentry"] as const;
export type Exporter = (typeof EXPORTERS)[number];

/** All three backends on loopback, in the same trouble. */
export interface StandIns {
  readonly intakes: Readonly<Record<Exporter, HttpIntake>>;
  /** What an agent needs to find them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly setFault: (fault: Fault | undefined) => Promise<void>;
  readonly close: () => Promise<void>;
}

const KEY = "a-made-up-key-of-the-matrix";
const PUBLIC_KEY = "5e2717000000000000000000000000de";

/** Does something with backends that are there for as long as it takes. */
export async function withStandIns<Result>(use: (standIns: StandIns) => Promise<Result>): Promise<Result> {
  const standIns = await startStandIns();
  try {
    return await use(standIns);
  } finally {
    await standIns.close();
  }
}

async function startStandIns(): Promise<StandIns> {
  const datadog = await startDatadogIntake({ apiKey: KEY });
  const langsmith = await startLangsmithIntake({ apiKey: KEY });
  const sentry = await startSentryIntake({ publicKey: PUBLIC_KEY, projectId: "1" });
  const intakes = { datadog, langsmith, sentry };
  return {
    intakes,
    environment: environmentOf({ datadog: datadog.url, langsmith: langsmith.url, sentry: sentry.url }),
    setFault: async (fault) => {
      for (const intake of Object.values(intakes)) await intake.setFault(fault);
    },
    close: async () => {
      for (const intake of Object.values(intakes)) await intake.close();
    },
  };
}

/** @param url of each backend; the same for all where one text is given. */
export function environmentOf(url: string | Readonly<Record<Exporter, string>>): Record<string, string> {
  const urls = typeof url === "string" ? { datadog: url, langsmith: url, sentry: url } : url;
  return {
    DD_API_KEY: KEY,
    CHARM_DATADOG_ENDPOINT: urls.datadog,
    LANGSMITH_API_KEY: KEY,
    LANGSMITH_ENDPOINT: urls.langsmith,
    SENTRY_DSN: `${urls.sentry.replace("://", `://${PUBLIC_KEY}@`)}/1`,
  };
}
