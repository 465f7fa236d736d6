import { describe, expect, it } from "vitest";
import { EXPORTERS, Table, runAgent, withStandIns } from "../src/index.ts";
import { expectBooks, expectUnharmed } from "./support/account.ts";
import { tableOnPage } from "./support/page.ts";

const EVENTS = 9;

/** What it does when a tool starts, and whether the thread is lost with it. */
const MISBEHAVIOURS: Readonly<Record<string, { does: string; losesThread?: true }>> = {
  throws: { does: `throw new Error("a bug of the exporter");` },
  rejects: { does: `return Promise.reject(new Error("a bug of the exporter"));` },
  "never settles": { does: `return new Promise(() => {});` },
  "floods stdout": {
    does: `for (let index = 0; index < 10_000; index++) console.log("a line of the exporter " + index);`,
  },
  "changes what it is given": {
    does: `try { context.runId = "mine"; delete context.traceId; } catch {}
      Object.setPrototypeOf(context, null);`,
  },
  "blocks the thread": { does: `for (;;) {}`, losesThread: true },
  "calls `process.exit`": { does: `process.exit(9);`, losesThread: true },
  "exhausts the thread's memory": {
    does: `const kept = []; for (;;) kept.push(new Array(100_000).fill("memory"));`,
    losesThread: true,
  },
};

const table = new Table(["an exporter that", "to the three beside it"], Object.keys(MISBEHAVIOURS));

describe.concurrent("an exporter that", () => {
  it.each(Object.entries(MISBEHAVIOURS))(
    "%s costs the agent nothing, and the others nothing that is not counted",
    (row, { does, losesThread }) =>
      withStandIns(async ({ intakes, environment }) => {
        const ended = await runAgent({
          environment: { ...environment, CHARM_TELEMETRY_SHUTDOWN_MS: "45000" },
          more: { bad: sourceOf(does) },
        });
        expectUnharmed(ended);
        for (const exporter of EXPORTERS) {
          const health = expectBooks(ended.health[exporter], EVENTS);
          const { received, acknowledged } = intakes[exporter].units;
          const lost = Object.keys(health.droppedBy).filter(
            (reason) => !(losesThread === true && reason === "restart"),
          );
          expect({ exporter, lost, pending: health.pending }).toEqual({ exporter, lost: [], pending: 0 });
          // What a lost thread had sent and could not say any more is among what is counted as lost.
          expect(health.units.spans).toBeLessThanOrEqual(losesThread === true ? received : acknowledged);
        }
        table.set(row, "to the three beside it", losesThread ? "what was in the thread: `restart`" : "nothing");
      }),
    90_000,
  );
});

it("is what the table in docs/reliability.md says (else: npm run reliability)", () => {
  expect(table.toString()).toBe(tableOnPage("misbehaving", table));
});

function sourceOf(does: string): string {
  return `import { BaseTelemetryExporter } from "@charm/telemetry-core";
    export default class Bad extends BaseTelemetryExporter {
      onToolStart(toolName, input, context) { ${does} }
      onRunStart() {} onRunEnd() {} onError() {} onToolEnd() {} onToolError() {} onLlmNewToken() {} onAgentAction() {}
    }`;
}
