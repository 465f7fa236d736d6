import { startDatadogIntake, startLangsmithIntake, startSentryIntake } from "@charm/telemetry-testkit/intakes";
import type { DatadogIntake, Fault, LangsmithIntake, SentryIntake } from "@charm/telemetry-testkit/intakes";

export const EXPORTERS = ["datadog", "langsmith", "sentry"] as const;
export type Exporter = (typeof EXPORTERS)[number];

/** All three backends on loopback, in the same trouble. */
export interface StandIns {
  readonly intakes: {
    readonly datadog: DatadogIntake;
    readonly langsmith: LangsmithIntake;
    readonly sentry: SentryIntake;
  };
  /** What an agent needs to find them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly setFault: (fault: Fault | undefined) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What must be shown nowhere; that of Sentry is part of its requests, and those of the others of their headers. */
export const SECRETS = {
  agent: "canary-secret-of-the-agent",
  datadog: "canary-key-of-datadog",
  langsmith: "canary-key-of-langsmith",
  sentry: "5e2717000000000000000000000000de",
} as const;

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
  const datadog = await startDatadogIntake({ apiKey: SECRETS.datadog });
  const langsmith = await startLangsmithIntake({ apiKey: SECRETS.langsmith });
  const sentry = await startSentryIntake({ publicKey: SECRETS.sentry, projectId: "1" });
  const intakes = { datadog, langsmith, sentry };
  return {
    intakes,
    environment: environmentOf({ datadog: datadog.url, langsmith: langsmith.url, sentry: sentry.url }),
    setFault: async (fault) => {
      for (const exporter of EXPORTERS) await intakes[exporter].setFault(echoing(fault, exporter));
    },
    close: async () => {
      for (const intake of Object.values(intakes)) await intake.close();
    },
  };
}

/** Some backends say in their refusal what they have been sent. */
function echoing(fault: Fault | undefined, exporter: Exporter): Fault | undefined {
  if (fault?.kind !== "status") return fault;
  return { ...fault, body: `not taken: ${SECRETS.agent}, sent with ${SECRETS[exporter]}` };
}

/** @param url of each backend; the same for all where one text is given. */
export function environmentOf(url: string | Readonly<Record<Exporter, string>>): Record<string, string> {
  const urls = typeof url === "string" ? { datadog: url, langsmith: url, sentry: url } : url;
  return {
    SECRET_KEY: SECRETS.agent,
    DD_API_KEY: SECRETS.datadog,
    CHARM_DATADOG_ENDPOINT: urls.datadog,
    LANGSMITH_API_KEY: SECRETS.langsmith,
    LANGSMITH_ENDPOINT: urls.langsmith,
    SENTRY_DSN: `${urls.sentry.replace("://", `://${SECRETS.sentry}@`)}/1`,
  };
}
