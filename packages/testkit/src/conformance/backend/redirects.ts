import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ConformanceCase } from "../case.ts";
import { Connection } from "./connection.ts";
import { shortRun } from "../../sample-runs.ts";
import { secretsOf } from "./secrets.ts";

const WITHIN_MS = 500;

export const redirects: ConformanceCase = {
  id: "redirects",
  title: "takes its key to no other server when the backend answers with a redirect",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const secrets = secretsOf(await bench.variables());
    const leaks = new Set<string>();
    const elsewhere = createServer((request, response) => {
      const { rawHeaders, url = "" } = request;
      for (const [name, value] of secrets)
        if ([url, ...rawHeaders].some((text) => text.includes(value))) leaks.add(name);
      request.resume();
      response.writeHead(202).end();
    }).listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    try {
      const connection = await Connection.open(bench);
      for (const status of [302, 307]) {
        await connection.intake.setFault({ kind: "status", status, headers: { location } });
        await connection.play(shortRun());
        await connection.cutShort("flush", Infinity, WITHIN_MS);
      }
      await connection.cutShort("shutdown", Infinity, WITHIN_MS);
    } finally {
      elsewhere.closeAllConnections();
      elsewhere.close();
    }
    for (const name of leaks)
      bench.report("a redirect is not followed, or without the key", `another server was sent the value of ${name}`);
  },
};
