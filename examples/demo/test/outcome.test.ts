import { parseEvent } from "@charm/telemetry-runner";
import { describe, expect, it } from "vitest";
import { checksOf, healthOf } from "../src/outcome.ts";
import type { Outcome } from "../src/outcome.ts";
import type { StandInAccount } from "../src/stand-ins.ts";
import { summaryLines } from "../src/summary.ts";
import { PLAIN } from "../src/text.ts";
import { exporterHealth, goodOutcome } from "./support/outcome.ts";

const wrongClaims = (outcome: Outcome): string[] =>
  checksOf(outcome).flatMap(({ claim, isTrue }) => (isTrue ? [] : [claim]));

const account = (changes: Partial<StandInAccount>): Pick<Outcome, "standIns"> => ({
  standIns: new Map([
    ["datadog", { requests: 3, received: 21, acknowledged: 21, duplicates: 0, orphans: 0, ...changes }],
  ]),
});

describe("the checks", () => {
  it("find nothing where all is well", () => {
    expect(wrongClaims(goodOutcome())).toEqual([]);
  });

  it.each<[string, Outcome]>([
    [
      "the agent ended by itself with code 0",
      goodOutcome(undefined, { agent: { ...goodOutcome().agent, exitCode: 1 } }),
    ],
    ["all runs have ended", goodOutcome(undefined, { wantedRuns: 3, ...account({ received: 22 }) })],
    ["every event is on stdout", goodOutcome(undefined, { read: { events: 1699, missing: 1 } })],
    ["datadog: accepted = delivered + dropped + pending", goodOutcome(exporterHealth({ pending: 1 }))],
    [
      "datadog: accepted = delivered + dropped + pending",
      goodOutcome(exporterHealth({ dropped: 2, droppedBy: { failed: 2 }, pending: -2 })),
    ],
    ["datadog: every drop has its reason", goodOutcome(exporterHealth({ droppedBy: { queue_full: 2 } }))],
    [
      "datadog: what it counts as sent is what the backend has acknowledged",
      goodOutcome(undefined, account({ acknowledged: 22 })),
    ],
    ["datadog: each run, LLM call and tool call is one span", goodOutcome(undefined, account({ received: 20 }))],
    ["datadog: no span is alone or came twice", goodOutcome(undefined, account({ orphans: 1 }))],
    ["datadog: no span is alone or came twice", goodOutcome(undefined, account({ duplicates: 1 }))],
  ])("find that it is not so: %s", (claim, outcome) => {
    expect(wrongClaims(outcome)).toEqual([claim]);
  });

  it("find an exporter that was not given everything", () => {
    expect(wrongClaims(goodOutcome(exporterHealth({ accepted: 1690, delivered: 1690 })))).toEqual([
      "datadog: it was given every event",
    ]);
  });

  it("find an event that is neither delivered nor, against a healthy backend, excused", () => {
    const dropped = exporterHealth({ delivered: 1699, dropped: 1, droppedBy: { queue_full: 1 } });
    expect(wrongClaims(goodOutcome(dropped))).toEqual(["datadog: everything was delivered"]);
    expect(wrongClaims(goodOutcome(dropped, { fault: "slow" }))).toEqual([]);
  });

  it("find that an exporter is missing, and that the account is", () => {
    expect(wrongClaims(goodOutcome(exporterHealth({ name: "other" })))).toEqual(["datadog: the agent has loaded it"]);
    expect(wrongClaims(goodOutcome(undefined, { health: undefined }))).toEqual(["the agent left its account"]);
  });

  it("accept that the counts differ only where acknowledgements may have been lost", () => {
    const more = { fault: "lost-ack", ...account({ acknowledged: 25 }) };
    const unknown = exporterHealth({ delivered: 1600, dropped: 100, droppedBy: { unknown: 100 } });
    const refused = exporterHealth({ delivered: 1600, dropped: 100, droppedBy: { rejected: 100 } });
    expect(wrongClaims(goodOutcome(unknown, more))).toEqual([]);
    expect(wrongClaims(goodOutcome(refused, more))).toHaveLength(1);
    expect(
      wrongClaims(goodOutcome(unknown, { fault: "lost-ack", ...account({ acknowledged: 20, received: 20 }) })),
    ).toHaveLength(1);
  });

  it("accept lines that stdout had to drop, as long as they are counted", () => {
    const { health } = goodOutcome();
    if (health === undefined) throw new Error("no health");
    const slowReader = { ...health, stdout: { ...health.stdout, droppedBy: { delta: 50 } } };
    expect(wrongClaims(goodOutcome(undefined, { health: slowReader, read: { events: 1650, missing: 50 } }))).toEqual(
      [],
    );
    expect(
      wrongClaims(goodOutcome(undefined, { health: slowReader, read: { events: 1640, missing: 60 } })),
    ).toHaveLength(1);
  });
});

describe("the summary", () => {
  const lines = (outcome: Outcome, columns = 100): string =>
    summaryLines(outcome, checksOf(outcome), { paint: PLAIN, columns }).join("\n");

  it("says that nothing was lost", () => {
    expect(lines(goodOutcome())).toMatchSnapshot();
  });

  it("fits into a narrow terminal", () => {
    for (const line of lines(goodOutcome(), 80).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("says what a broken backend did not get, and that the agent did not mind", () => {
    const broken = exporterHealth({
      accepted: 1700,
      delivered: 0,
      dropped: 1700,
      droppedBy: { retries: 1200, deadline: 500 },
      units: { spans: 0, requests: 9, retries: 6, bytes: 0 },
      lastError: { message: "no answer\u001b[2J within 1000 ms", timeUnixMs: 0 },
    });
    expect(
      lines(goodOutcome(broken, { fault: "hang", ...account({ received: 0, acknowledged: 0 }) })),
    ).toMatchSnapshot();
  });

  it("says what does not add up", () => {
    expect(lines(goodOutcome(exporterHealth({ pending: 3 })))).toMatchSnapshot("one event too many");
    expect(lines(goodOutcome(undefined, { health: undefined }))).toMatchSnapshot("no account");
  });
});

describe("the agent's account", () => {
  it("is read from its last line, and from no other", () => {
    const health = goodOutcome().health;
    const read = (fields: object): unknown => {
      const event = parseEvent(JSON.stringify(fields));
      return event === undefined ? undefined : healthOf(event);
    };
    expect(read({ type: "telemetry", event: "report", health })).toEqual(health);
    expect(read({ type: "status", event: "report", health })).toBeUndefined();
    expect(read({ type: "telemetry", event: "run_end", health })).toBeUndefined();
    expect(read({ type: "telemetry", event: "report", health: { exporters: "?" } })).toBeUndefined();
  });
});
