import type { ConformanceCase } from "../case.ts";
import { Connection, accountText } from "./connection.ts";

export const flushDelivers: ConformanceCase = {
  id: "flush-delivers",
  title: "resolves flush() when what came before has been delivered, and not sooner",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench);
    await connection.play();
    await connection.intake.setFault({ kind: "slow", delayMs: 60 });
    await connection.exporter.flush();
    if (connection.account.pending > 0)
      bench.report("nothing is pending when flush() has resolved", accountText(connection.account));
  },
};

export const flushTwice: ConformanceCase = {
  id: "flush-twice",
  title: "sends nothing again when it is flushed again, and still delivers what comes later",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench);
    const { account, exporter } = connection;
    await connection.deliver();
    const first = { requests: connection.requests.length, units: connection.units.received };
    await Promise.all([exporter.flush(), exporter.flush()]);
    const more = connection.requests.length - first.requests;
    if (more > 0) bench.report("flush() with nothing to deliver sends nothing", `${more} more requests`);
    await connection.deliver();
    if (account.delivered < account.accepted)
      bench.report("a run that comes after flush() is delivered by the next", accountText(account));
    const { received } = connection.units;
    if (received !== 2 * first.units)
      bench.report(
        `two runs of the same shape are twice what one is: ${2 * first.units} items`,
        `${received} items arrived`,
      );
  },
};
