import type { ConformanceCase } from "../case.ts";
import { Connection, accountText } from "./connection.ts";
import { shortRun } from "../../sample-runs.ts";

const ABSENT_MS = 200;

export const unreachable: ConformanceCase = {
  id: "unreachable",
  title: "outlives a backend that nobody listens at, and delivers when it is back",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench);
    const { account, intake } = connection;
    await intake.setFault({ kind: "refuse" });
    await connection.play(shortRun());
    await connection.cutShort("flush", Infinity, ABSENT_MS);
    connection.checkNotDelivered("while nobody listens");
    await intake.setFault();
    const { delivered } = account;
    await connection.deliver();
    if (connection.units.acknowledged === 0 || account.delivered === delivered)
      bench.report("a run that comes when the backend is back is delivered", accountText(account));
  },
};
