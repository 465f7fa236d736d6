import type { ConformanceCase } from "../case.ts";
import { Connection } from "./connection.ts";
import { shortRun } from "./run-events.ts";

/** For exporters whose hooks wait for the answer. */
const HOOK_DEADLINE_MS = 3000;

export const flushDeadline: ConformanceCase = {
  id: "flush-deadline",
  title: "ends flush() at its deadline when the backend never answers",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench, HOOK_DEADLINE_MS);
    await connection.intake.setFault({ kind: "hang" });
    await connection.play(shortRun());
    await connection.cutShort("flush", 1);
    connection.checkNotDelivered("while the backend does not answer");
    await connection.intake.close();
  },
};

export const shutdownDeadline: ConformanceCase = {
  id: "shutdown-deadline",
  title: "ends shutdown() at its deadline when the backend never answers, and has settled everything",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench, HOOK_DEADLINE_MS);
    await connection.intake.setFault({ kind: "hang" });
    await connection.play(shortRun());
    await connection.cutShort("shutdown", 1);
    connection.checkNotDelivered("by a backend that has not answered");
    connection.checkSettled("when shutdown() has ended");
    await connection.intake.close();
  },
};
