import type { ConformanceCase } from "../case.ts";
import { Connection, accountText } from "./connection.ts";
import { runEvents } from "../../sample-runs.ts";

const MIB = 1024 * 1024;

/** Each over the limits of any backend that there is a stand-in of, or over them together. */
const LOADS = [
  { what: "a tool's output of 24 MiB", texts: { toolOutput: "x".repeat(24 * MIB) } },
  { what: "10 tools' outputs of 600 KiB", texts: { toolOutput: "é".repeat(300 * 1024), toolCalls: 10 } },
];

export const sizeLimits: ConformanceCase = {
  id: "size-limits",
  title: "cuts or counts what is too large for its backend, and sends no request above its limits",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    for (const { what, texts } of LOADS) {
      const connection = await Connection.open(bench);
      const { account } = connection;
      await connection.deliver(runEvents(texts));
      connection.checkSettled(`after ${what}`);
      const refused = connection.requests.find(({ status = 0 }) => status >= 400);
      if (refused !== undefined)
        bench.report(
          `${what}: no request is larger than the backend takes`,
          `${refused.status} ${refused.answer ?? ""}`.slice(0, 500),
        );
      const { delivered, accepted } = account;
      await connection.deliver();
      if (account.delivered - delivered < account.accepted - accepted)
        bench.report(`an ordinary run is delivered after ${what}`, accountText(account));
    }
  },
};
