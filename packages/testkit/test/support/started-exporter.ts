import type { SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import { eventContext, startExporter } from "@charm/telemetry-testkit";
import type { AttachedExporter } from "@charm/telemetry-testkit";
import { onTestFinished, vi } from "vitest";

export const never: AbortSignal = new AbortController().signal;

export const ROOT_SPAN_ID = "00000000000000aa";

export interface Started<Exporter extends SpanTelemetryExporter, Intake> extends Pick<
  AttachedExporter<Exporter>,
  "exporter" | "account" | "accept"
> {
  readonly intake: Intake;
}

/** Sets variables for this test alone; undefined unsets. */
export function setEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

/** Starts an exporter that sends to an intake; both end with the test. */
export async function startWithIntake<
  Exporter extends SpanTelemetryExporter,
  Intake extends { close(): Promise<unknown> },
>(
  made: Exporter,
  intake: Intake,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Started<Exporter, Intake>> {
  onTestFinished(() => void intake.close());
  setEnvironment(environment);
  const { exporter, account, accept } = await startExporter(made);
  onTestFinished(() => exporter.shutdown(AbortSignal.abort()));
  return { exporter, account, accept, intake };
}

type Player = Pick<AttachedExporter<SpanTelemetryExporter>, "exporter" | "accept">;

/** Two events: a tool call that ends well. */
export function playTool({ exporter, accept }: Player, id: string, output = "found"): void {
  const context = eventContext(id.padStart(16, "0"), ROOT_SPAN_ID);
  accept(exporter.onToolStart("search", "{}", context), exporter.onToolEnd("search", output, context));
}

/** Two events: a tool call that fails. */
export function failTool({ exporter, accept }: Player, id: string, error: Error): void {
  const context = eventContext(id.padStart(16, "0"), ROOT_SPAN_ID);
  accept(exporter.onToolStart("search", "{}", context), exporter.onToolError("search", error, context));
}
