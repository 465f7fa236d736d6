import { setTimeout as delay } from "node:timers/promises";
import type { ConformanceCase } from "../case.ts";
import { Connection, accountText } from "./connection.ts";
import { runEvents } from "../../sample-runs.ts";

/** For a request that nobody waits for. */
const STRAGGLERS_MS = 50;

export const shutdownDelivers: ConformanceCase = {
  id: "shutdown-delivers",
  title: "delivers half a batch when it is shut down, and settles what has not ended",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench);
    const { account, exporter } = connection;
    const whole = runEvents();
    await connection.play(whole);
    await connection.play(runEvents().slice(0, 3));
    await exporter.shutdown();
    connection.checkSettled("when shutdown() has resolved");
    if (account.delivered < whole.length)
      bench.report(`shutdown() delivers the run that had ended: ${whole.length} events`, accountText(account));
  },
};

export const silentAfterShutdown: ConformanceCase = {
  id: "silent-after-shutdown",
  title: "sends nothing after its shutdown, and counts the events that come too late",
  level: "backend",
  after: ["delivers-a-run", "shutdown-delivers"],
  async run(bench) {
    const connection = await Connection.open(bench);
    const { exporter } = connection;
    await connection.play();
    await exporter.shutdown();
    const before = connection.requests.length;
    await connection.play();
    await exporter.shutdown();
    await exporter.flush();
    await delay(STRAGGLERS_MS);
    const more = connection.requests.length - before;
    if (more > 0) bench.report("no request is made after shutdown()", `${more} requests`);
    connection.checkSettled("when events come after shutdown()");
  },
};
