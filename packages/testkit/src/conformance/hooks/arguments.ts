import { isDeepStrictEqual } from "node:util";
import type { TelemetryEvent } from "@charm/telemetry-core";
import { failedRun, sampleRun } from "../../sample-runs.ts";
import { valuePath } from "../../value-path.ts";
import type { ConformanceCase } from "../case.ts";

export const argumentsUntouched: ConformanceCase = {
  id: "arguments-untouched",
  title: "changes nothing that it is given",
  level: "hooks",
  after: ["ordinary-values"],
  async run(bench) {
    const events = [...sampleRun(), ...failedRun()];
    const before = events.map(copyOf);
    const attached = await bench.start();
    await attached.play(events);
    await attached.flush();
    await attached.shutdown();
    events.forEach((event, index) => {
      const change = changeOf(before[index], copyOf(event));
      if (change !== undefined)
        bench.reportOnce(
          `the arguments of ${event.hook} stay as they are: they are shared and frozen; copy what you change`,
          `${event.hook} changed ${change}`,
        );
    });
  },
};

/** Errors as plain records: their own copies leave out what code has added. */
function copyOf({ arguments: values, context }: TelemetryEvent): unknown {
  const plain = values.map((value) =>
    value instanceof Error
      ? { ...Object.fromEntries(Object.entries(value)), name: value.name, message: value.message, stack: value.stack }
      : value,
  );
  return structuredClone({ arguments: plain, context });
}

/** The first place where two values differ, in words. */
function changeOf(before: unknown, after: unknown, path: readonly PropertyKey[] = []): string | undefined {
  if (isDeepStrictEqual(before, after)) return undefined;
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const change = changeOf(before[key], after[key], [...path, Array.isArray(before) ? Number(key) : key]);
      if (change !== undefined) return change;
    }
  }
  return `${valuePath(path)} from ${JSON.stringify(before)} to ${JSON.stringify(after)}`;
}
