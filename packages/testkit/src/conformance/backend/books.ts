import type { Fault } from "../../intakes/index.ts";
import type { ConformanceCase } from "../case.ts";
import { Connection, accountText } from "./connection.ts";
import { runEvents } from "../../sample-runs.ts";

const WEATHER: readonly (Fault | undefined)[] = [
  undefined,
  { kind: "status", status: 400, times: 1 },
  undefined,
  { kind: "status", status: 503, times: 1 },
  { kind: "slow", delayMs: 20 },
];

export const books: ConformanceCase = {
  id: "books",
  title: "accounts for each event once, and for no more units than the backend has acknowledged",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench);
    const { account, exporter, intake } = connection;
    for (const fault of WEATHER) {
      await intake.setFault(fault);
      await connection.deliver(runEvents());
      await connection.deliver(runEvents({ error: new TypeError("no such harbour") }));
      await intake.setFault();
    }
    await exporter.shutdown();
    if (account.surplus > 0)
      bench.report("no event is settled twice", `${account.surplus} more were settled than were pending`);
    if (account.nonsense.length > 0)
      bench.report("every call of settle() and count() makes sense", account.nonsense.join("; "));
    connection.checkSettled("at the end");
    const { spans } = account.units;
    if (spans !== undefined && spans !== intake.units.acknowledged)
      bench.report(
        `count("spans", …) adds up to what the backend has acknowledged: ${intake.units.acknowledged}`,
        accountText(account),
      );
  },
};
