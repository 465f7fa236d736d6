import type { ConformanceCase } from "../case.ts";
import { Connection, accountText, measureNormal } from "./connection.ts";

export const reset: ConformanceCase = {
  id: "reset-connection",
  title: "sends again, or counts as dropped, what a broken connection has lost",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const normal = await measureNormal(bench);
    const connection = await Connection.open(bench);
    const { account, intake } = connection;
    await intake.setFault({ kind: "reset", times: 1 });
    await connection.deliver();
    connection.checkSettled("after a broken connection");
    const { acknowledged } = connection.units;
    if (account.delivered === account.accepted && acknowledged !== normal.units)
      bench.report(
        `a run that counts as delivered has arrived whole: ${normal.units} items`,
        `${acknowledged} items arrived; ${accountText(account)}`,
      );
  },
};

export const lostAnswers: ConformanceCase = {
  id: "lost-answers",
  title: "knows what became of its events when the answer breaks off or never leaves",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    for (const kind of ["half-answer", "lost-ack"] as const) {
      const connection = await Connection.open(bench);
      const { account, intake } = connection;
      await intake.setFault({ kind, times: 1 });
      await connection.deliver();
      connection.checkSettled(kind === "lost-ack" ? "after an answer that was lost" : "after half an answer");
      const arrived = connection.units.received - connection.units.duplicates;
      if ((account.units.spans ?? 0) > arrived)
        bench.report(
          "no more counts as delivered than has arrived",
          `${arrived} items arrived; ${accountText(account)}`,
        );
    }
  },
};
