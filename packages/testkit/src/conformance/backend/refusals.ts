import type { ConformanceCase } from "../case.ts";
import { Connection, measureNormal } from "./connection.ts";

export const deniedKey: ConformanceCase = {
  id: "denied-key",
  title: "says so, and does not insist, when the backend refuses the key (401, 403)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const normal = await measureNormal(bench);
    for (const status of [401, 403]) {
      const connection = await Connection.open(bench);
      const { account, intake } = connection;
      const before = intake.requests.length;
      await intake.setFault({ kind: "status", status });
      await connection.deliver();
      connection.checkSettled(`when the key is refused (${status})`);
      connection.checkNotDelivered(`when the key is refused (${status})`);
      const requests = intake.requests.length - before;
      if (requests > normal.requests)
        bench.report(
          `a request that is answered ${status} is not repeated: at most ${normal.requests} requests`,
          `${requests} requests`,
        );
      if (account.warnings.length === 0 && account.disabled === undefined)
        bench.report(`people are warned once that the key is refused (${status})`, "there was no warning");
      await intake.setFault();
    }
  },
};

export const tooLarge: ConformanceCase = {
  id: "too-large",
  title: "sends less at a time, or counts as dropped, what the backend finds too large (413)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const normal = await measureNormal(bench);
    const connection = await Connection.open(bench);
    const { intake } = connection;
    const before = intake.requests.length;
    await intake.setFault({ kind: "status", status: 413 });
    await connection.deliver();
    connection.checkSettled("when nothing is small enough for the backend");
    connection.checkNotDelivered("when nothing is small enough for the backend");
    const requests = intake.requests.length - before;
    // Halves of halves, down to each item alone.
    const most = Math.max(normal.requests, 2 * normal.units - 1);
    if (requests > most)
      bench.report(`what is too large is not sent again as it is: at most ${most} requests`, `${requests} requests`);
  },
};

export const rejected: ConformanceCase = {
  id: "rejected",
  title: "drops, and counts, what the backend refuses for good (400)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const normal = await measureNormal(bench);
    const connection = await Connection.open(bench);
    const { intake } = connection;
    const before = intake.requests.length;
    await intake.setFault({ kind: "status", status: 400 });
    await connection.deliver();
    connection.checkSettled("when the backend refuses it");
    connection.checkNotDelivered("when the backend refuses it");
    const requests = intake.requests.length - before;
    if (requests > normal.requests)
      bench.report(
        `a request that is answered 400 is not repeated: at most ${normal.requests} requests`,
        `${requests} requests`,
      );
  },
};
