import { startLangsmithIntake } from "@charm/telemetry-testkit/intakes";
import type { LangsmithIntake, LangsmithIntakeOptions } from "@charm/telemetry-testkit/intakes";
import { setEnvironment, startWithIntake } from "../../../testkit/test/support/started-exporter.ts";
import type { Started } from "../../../testkit/test/support/started-exporter.ts";
import { LangsmithExporter } from "../../src/index.ts";

export const KEY = "canary-api-key-0123456789";

/** For this test none of the variables are set that the machine may have. */
export function unsetVariables(): void {
  const ofTheMachine = Object.keys(process.env).filter((name) => /^(LANGSMITH|LANGCHAIN)_/.test(name));
  setEnvironment(Object.fromEntries(ofTheMachine.map((name) => [name, undefined])));
}

/** The exporter at an intake, for one test. */
export async function start(
  options: LangsmithIntakeOptions = {},
): Promise<Started<LangsmithExporter, LangsmithIntake>> {
  const intake = await startLangsmithIntake({ apiKey: KEY, ...options });
  return startWithIntake(new LangsmithExporter(), intake, { LANGSMITH_API_KEY: KEY, LANGSMITH_ENDPOINT: intake.url });
}
