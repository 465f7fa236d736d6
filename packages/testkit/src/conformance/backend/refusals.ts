import type { ExporterAccount } from "../account.ts";
import type { Bench } from "../bench.ts";
import type { ConformanceCase } from "../case.ts";
import { Connection, measureNormal } from "./connection.ts";
import type { Normal } from "./connection.ts";

export const rejected: ConformanceCase = {
  id: "rejected",
  title: "drops, and counts, what the backend refuses for good (400)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    await refuseAll(bench, 400, ({ requests }) => requests);
  },
};

export const deniedKey: ConformanceCase = {
  id: "denied-key",
  title: "says so, and does not insist, when the backend refuses the key (401, 403)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    for (const status of [401, 403]) {
      const { warnings, disabled } = await refuseAll(bench, status, ({ requests }) => requests);
      if (warnings.length === 0 && disabled === undefined)
        bench.report(`people are warned once that the key is refused (${status})`, "there was no warning");
    }
  },
};

export const tooLarge: ConformanceCase = {
  id: "too-large",
  title: "sends less at a time, or counts as dropped, what the backend finds too large (413)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    // Halves of halves, down to each item alone.
    await refuseAll(bench, 413, ({ requests, units }) => Math.max(requests, 2 * units - 1));
  },
};

/**
 * Plays a run to a backend that answers nothing but `status`.
 *
 * @param most requests that an exporter may make of a run that normally comes to so much.
 */
async function refuseAll(bench: Bench, status: number, most: (normal: Normal) => number): Promise<ExporterAccount> {
  const allowed = most(await measureNormal(bench));
  const connection = await Connection.open(bench);
  await connection.intake.setFault({ kind: "status", status });
  await connection.deliver();
  await connection.intake.setFault();
  connection.checkSettled(`when the backend answers ${status}`);
  connection.checkNotDelivered(`when the backend answers ${status}`);
  const { length } = connection.requests;
  if (length > allowed)
    bench.report(
      `what is answered ${status} is not sent again as it was: at most ${allowed} requests`,
      `${length} requests`,
    );
  return connection.account;
}
