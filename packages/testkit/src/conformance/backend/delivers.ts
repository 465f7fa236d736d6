import type { ConformanceCase } from "../case.ts";
import { Connection, accountText } from "./connection.ts";

export const deliversARun: ConformanceCase = {
  id: "delivers-a-run",
  title: "delivers an ordinary run, in requests that the backend accepts",
  level: "backend",
  async run(bench) {
    const connection = await Connection.open(bench);
    const { account } = connection;
    if (account.disabled !== undefined)
      return bench.report("it is enabled with the variables that `environment` gives", `disabled, ${account.disabled}`);
    await connection.deliver();
    const refused = connection.requests.find(({ status = 0 }) => status >= 300);
    if (refused !== undefined)
      bench.report("the backend accepts every request", `${refused.status} ${refused.answer ?? ""}`.slice(0, 500));
    if (account.delivered !== account.accepted || account.accepted === 0)
      bench.report("all events count as delivered after flush()", accountText(account));
    if (connection.units.acknowledged === 0)
      bench.report(
        "the run has arrived after flush()",
        `the backend has got ${connection.requests.length} requests and nothing in them`,
      );
  },
};
