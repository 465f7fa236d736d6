import type { Fault } from "../../intakes/index.ts";
import type { ConformanceCase } from "../case.ts";
import { Connection } from "./connection.ts";
import { shortRun } from "../../sample-runs.ts";

/** For an answer, and for what follows it: most exporters need a hundredth of it. */
const WITHIN_MS = 3000;

const FAULTS: readonly Fault[] = [
  { kind: "wrong-content-type" },
  { kind: "half-answer" },
  { kind: "status", status: 302, body: "" },
  { kind: "status", status: 404, body: "<!doctype html>" },
];

export const containsFailures: ConformanceCase = {
  id: "contains-failures",
  title: "resolves flush() and shutdown() whatever the backend does",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    for (const fault of FAULTS) {
      const connection = await Connection.open(bench);
      const { intake } = connection;
      await intake.setFault(fault);
      await connection.play(shortRun());
      for (const method of ["flush", "shutdown"] as const) {
        const called = await connection.cutShort(method, 2, WITHIN_MS);
        if (!called.isOk && !called.isLate)
          bench.report(
            `${method}() resolves when the backend answers with the fault ${JSON.stringify(fault)}`,
            called.error,
          );
      }
      await intake.setFault();
    }
  },
};
