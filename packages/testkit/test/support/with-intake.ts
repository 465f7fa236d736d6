import { onTestFinished } from "vitest";
import { startDatadogIntake } from "../../src/intakes/index.ts";
import type { DatadogIntake, DatadogIntakeOptions } from "../../src/intakes/index.ts";

/** An intake for one test. */
export async function openIntake(options: DatadogIntakeOptions = {}): Promise<DatadogIntake> {
  const intake = await startDatadogIntake(options);
  onTestFinished(() => intake.close());
  return intake;
}
