import { isDeepStrictEqual } from "node:util";
import type { TelemetryEvent } from "@charm/telemetry-core";
import { failedRun, sampleRun } from "../../run-builder.ts";
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
      if (!isDeepStrictEqual(copyOf(event), before[index]))
        bench.reportOnce(
          `the arguments of ${event.hook} stay as they are: they are shared and frozen; copy what you change`,
          `${event.hook} was given ${JSON.stringify(before[index])}, which is ${JSON.stringify(copyOf(event))} now`,
        );
    });
  },
};

/** Errors as plain records: their own copies leave out what code has added. */
function copyOf({ arguments: values, context }: TelemetryEvent): unknown {
  const plain = values.map((value) =>
    value instanceof Error ? { ...value, name: value.name, message: value.message, stack: value.stack } : value,
  );
  return structuredClone({ arguments: plain, context });
}
