import { inspect } from "node:util";
import type { HttpIntake } from "../../intakes/index.ts";
import type { ConformanceCase } from "../case.ts";
import { Connection } from "./connection.ts";
import { runEvents } from "../../sample-runs.ts";

const NAMES = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|DSN|AUTH/i;
const SHORTEST = 8;
/** What the exporter's `mask` knows, as a model may say it. */
const PLANTED = "canary-secret";
const PIECES = ["my can", "ary-sec", "ret!"];

export const secrets: ConformanceCase = {
  id: "secrets",
  title: "tells its key to nobody but the backend's own header, and masks secrets that it has put together",
  level: "backend",
  after: ["delivers-a-run"],
  async run(bench) {
    const connection = await Connection.open(bench);
    const { account, exporter, intake } = connection;
    const keys = secretsOf(await bench.variables());
    const echo = `no: ${keys.map(([, value]) => value).join(" ")}`;
    await connection.deliver(runEvents({ tokens: PIECES }));
    await intake.setFault({ kind: "status", status: 400, body: echo, times: 1 });
    await connection.deliver();
    await intake.setFault({ kind: "status", status: 403, body: echo, times: 1 });
    await connection.deliver();
    await exporter.shutdown();

    const told = [...account.warnings, ...account.errors.map(textOf), account.disabled ?? "", ...bench.warnings];
    for (const [name, value] of keys) {
      if (bodiesOf(intake).some((body) => body.includes(value)))
        bench.report("no request's body holds the key", `the value of ${name} is in one`);
      if (told.some((text) => text.includes(value)))
        bench.report("no warning, error or print holds the key", `the value of ${name} is in one`);
    }
    if (bodiesOf(intake).some((body) => body.includes(PLANTED)))
      bench.report("a secret that comes in pieces is masked when they are joined", "it is in a request's body");
  },
};

/** The variables whose names say that their values are secret. */
export function secretsOf(variables: Readonly<Record<string, string>>): [name: string, value: string][] {
  return Object.entries(variables).filter(([name, value]) => NAMES.test(name) && value.length >= SHORTEST);
}

function bodiesOf({ requests }: HttpIntake): string[] {
  return requests.map(({ body, path, query }) => `${path}?${query.toString()}\n${body.toString("utf8")}`);
}

/** With whatever hangs on an error. */
function textOf(error: unknown): string {
  return inspect(error, { depth: 6 });
}
