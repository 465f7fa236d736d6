import { describe, expect, test } from "vitest";
import type { HttpIntake } from "../intakes/index.ts";
import { benchOptionsOf, casesOf } from "./check-exporter.ts";
import type { CheckOptions } from "./check-exporter.ts";
import { Check } from "./check.ts";
import { describeFinding } from "./finding.ts";

export type DescribeOptions<Intake extends HttpIntake = HttpIntake> = Omit<
  CheckOptions<Intake>,
  "signal" | "exporterClass" | "create"
> & {
  /** Makes an exporter as its host does: without arguments. */
  readonly create: () => object | Promise<object>;
  /** Of the group of tests. */
  readonly name?: string;
  /** For each case; generous unless given, as some wait for what should not happen. */
  readonly timeoutMs?: number;
};

/** Makes a test of each case of the conformance kit. */
export function describeExporter<Intake extends HttpIntake>(described: DescribeOptions<Intake>): void {
  const { name = "the exporter", timeoutMs = 120_000, ...options } = described as DescribeOptions;
  const cases = casesOf(options);
  const check = new Check(cases, benchOptionsOf(options));
  describe(`${name}`, { concurrent: false }, () => {
    for (const each of cases)
      test(`${each.title} (${each.id})`, { timeout: timeoutMs }, async (context) => {
        const { status, reason, findings } = await check.run(each);
        if (status === "not-applicable") context.skip(reason);
        expect(findings.length, `\n${findings.map(describeFinding).join("\n\n")}\n\nfindings`).toBe(0);
      });
  });
}
