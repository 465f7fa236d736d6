import type { ConformanceCase } from "../case.ts";
import { Connection, accountText } from "./connection.ts";
import { shortRun } from "../../sample-runs.ts";

/** For two tries. */
const FAILING_MS = 500;

export const restart: ConformanceCase = {
  id: "restart",
  title: "works in a new instance after one that has failed, and after one without configuration",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const failing = await Connection.open(bench);
    await failing.intake.setFault({ kind: "status", status: 500 });
    await failing.play(shortRun());
    // The first try has been answered when the second comes.
    await failing.cutShort("shutdown", 2, FAILING_MS);
    const unconfigured = await bench.create({ isConfigured: false });
    await unconfigured.start();
    await unconfigured.shutdown();
    await failing.intake.setFault();
    const fresh = await Connection.open(bench);
    await fresh.deliver();
    if (fresh.account.delivered < fresh.account.accepted || fresh.units.acknowledged === 0)
      bench.report("a new instance delivers", accountText(fresh.account));
  },
};
