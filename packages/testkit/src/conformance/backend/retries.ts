import type { ConformanceCase } from "../case.ts";
import { Connection, accountText, measureNormal } from "./connection.ts";
import { shortRun } from "../../sample-runs.ts";

const FAILURES = 2;
const MOST_TRIES = 3;
const RETRY_AFTER_SECONDS = 1;
/** Short enough for a retry or two of an exporter that waits between them. */
const WINDOW_MS = 300;
/** Requests that were on their way when the answer left. */
const IN_FLIGHT_MS = 150;
/** Timers may be early, and the exporter's clock started when it had the answer. */
const EARLY_MS = 100;

export const serverErrors: ConformanceCase = {
  id: "server-errors",
  title: "delivers everything, once, when the backend is well again after failing (503)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const normal = await measureNormal(bench);
    const connection = await Connection.open(bench);
    const { account, intake } = connection;
    await intake.setFault({ kind: "status", status: 503, times: FAILURES });
    await connection.deliver();
    if (account.delivered < account.accepted)
      bench.report(`all events are delivered after ${FAILURES} answers of 503`, accountText(account));
    const { received } = connection.units;
    if (received !== normal.units)
      bench.report(`what was refused with 503 arrives, once: ${normal.units} items`, `${received} items arrived`);
    const { length } = connection.requests;
    if (length > normal.requests + FAILURES)
      bench.report(
        `each failure is followed by one more try: ${normal.requests + FAILURES} requests`,
        `${length} requests`,
      );
    const { requests: counted } = account.units;
    if (counted !== undefined && counted !== length)
      bench.report(`the exporter itself makes, and counts, each request: ${length}`, `it has counted ${counted}`);
  },
};

export const patience: ConformanceCase = {
  id: "one-retry-layer",
  title: "waits longer and longer between its tries while the backend fails (500, 429)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const normal = await measureNormal(bench, shortRun());
    const most = MOST_TRIES * normal.requests;
    for (const status of [500, 429]) {
      const connection = await Connection.open(bench);
      const { intake } = connection;
      await intake.setFault({ kind: "status", status });
      await connection.play(shortRun());
      await connection.cutShort("flush", most + 1, WINDOW_MS);
      connection.checkNotDelivered(`while the backend answers ${status}`);
      const times = connection.requests.map(({ atMs }) => atMs);
      const soon = times.filter((atMs) => atMs <= (times[0] ?? 0) + WINDOW_MS);
      if (soon.length > most)
        bench.report(
          `at most ${most} requests in the first ${WINDOW_MS / 1000} s of answers of ${status}`,
          `${soon.length} requests`,
        );
      await connection.cutShort("shutdown", 0);
      connection.checkSettled("when shutdown() has ended");
    }
  },
};

export const retryAfter: ConformanceCase = {
  id: "retry-after",
  title: "leaves the backend alone for as long as Retry-After says (429)",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench);
    await connection.intake.setFault({ kind: "status", status: 429, retryAfter: RETRY_AFTER_SECONDS, times: 1 });
    await connection.deliver();
    connection.checkSettled("after a 429");
    const [first, ...others] = connection.requests.map(({ atMs }) => atMs);
    const waits = others.map((atMs) => atMs - (first ?? 0));
    const early = waits.filter((ms) => ms > IN_FLIGHT_MS && ms < RETRY_AFTER_SECONDS * 1000 - EARLY_MS);
    const atOnce = waits.filter((ms) => ms <= IN_FLIGHT_MS);
    const normal = await measureNormal(bench);
    if (early.length > 0 || atOnce.length >= normal.requests)
      bench.report(
        `nothing is sent for ${RETRY_AFTER_SECONDS} s after a 429 with Retry-After: ${RETRY_AFTER_SECONDS}`,
        `a request came ${Math.round(Math.min(...waits))} ms later`,
      );
  },
};
