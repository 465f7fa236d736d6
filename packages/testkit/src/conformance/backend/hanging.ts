import type { Bench } from "../bench.ts";
import type { ConformanceCase } from "../case.ts";
import { Connection } from "./connection.ts";
import { shortRun } from "../../sample-runs.ts";

/** For exporters whose hooks wait for the answer. */
const HOOK_DEADLINE_MS = 3000;

export const flushDeadline: ConformanceCase = {
  id: "flush-deadline",
  title: "ends flush() at its deadline when the backend never answers",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    await endWithoutAnswer(bench, "flush");
  },
};

export const shutdownDeadline: ConformanceCase = {
  id: "shutdown-deadline",
  title: "ends shutdown() at its deadline when the backend never answers, and has settled everything",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await endWithoutAnswer(bench, "shutdown");
    connection.checkSettled("when shutdown() has ended");
  },
};

async function endWithoutAnswer(bench: Bench, method: "flush" | "shutdown"): Promise<Connection> {
  const connection = await Connection.open(bench, HOOK_DEADLINE_MS);
  await connection.intake.setFault({ kind: "hang" });
  await connection.play(shortRun());
  await connection.cutShort(method, 1);
  connection.checkNotDelivered("by a backend that has not answered");
  await connection.intake.close();
  return connection;
}
