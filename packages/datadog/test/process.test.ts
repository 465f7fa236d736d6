import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import type { DatadogIntake, Fault } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it, onTestFinished } from "vitest";
import { runAgent } from "../../testkit/test/support/agent-process.ts";
import type { EndedAgent } from "../../testkit/test/support/agent-process.ts";

const KEY = "canary-api-key-0123456789";
const SECRET = "canary-secret-0123";

/** A run with an LLM call and two tool calls, one of which fails; the process ends right after its last event. */
const AGENT = `
import { TelemetryManager } from "@charm/telemetry-core";
const telemetry = await TelemetryManager.load();
const secret = process.env.TIDE_API_KEY;
const run = telemetry.startRun({ question: "high tide? " + secret }, { threadId: "t-1" });
const llm = run.startLlm({ model: "gpt-4o-mini", provider: "openai", messages: "When is high tide?" });
for (const token of ["my can", "ary-sec", "ret-0123"]) llm.token(token);
llm.end({ usage: { inputTokens: 42, outputTokens: 3 } });
run.startTool("tide_table", { harbour: "Dover", secret }).end("High tide at 14:02 " + secret);
run.startTool("tide_table", { harbour: "Atlantis" }).fail(new Error("no such harbour: " + secret));
console.log("last words");
run.end({ output: "at 14:02" });
process.exit(7);
`;
const EVENTS = 11;
const SPANS = 4;

interface Ended extends EndedAgent {
  readonly intake: DatadogIntake;
}

const deadline = (ms: number): Record<string, string> => ({ CHARM_TELEMETRY_SHUTDOWN_MS: String(ms) });

/** Unless told otherwise, with a deadline that nothing reaches that gets an answer, on however busy a machine. */
async function end(fault?: Fault, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const intake = await startDatadogIntake({ apiKey: KEY });
  onTestFinished(() => intake.close());
  await intake.setFault(fault);
  const backend = { DD_API_KEY: KEY, CHARM_DATADOG_ENDPOINT: intake.url };
  const ended = await runAgent("datadog", AGENT, {
    ...backend,
    TIDE_API_KEY: SECRET,
    ...deadline(15_000),
    ...environment,
  });
  return { ...ended, intake };
}

/** What holds whatever becomes of the events. */
function expectUnharmed({ code, prints, stdout, stderr, health, intake }: Ended): void {
  expect({ code, prints }).toEqual({ code: 7, prints: "last words\n" });
  expect(health).toMatchObject({ name: "datadog", accepted: EVENTS, pending: 0 });
  const sent = intake.requests.map(({ body }) => String(body)).join("\n");
  expect(sent + stdout + stderr).not.toMatch(/canary/i);
}

describe("an agent that calls process.exit right after its last event", () => {
  it("has delivered everything, from the exporter's own thread", async () => {
    const ended = await end();
    expectUnharmed(ended);
    expect(ended.stderr).toBe("");
    expect(ended.health).toMatchObject({ delivered: EVENTS, dropped: 0, units: { spans: SPANS } });
    const { intake } = ended;
    expect([intake.acknowledged.spans, intake.duplicates, intake.unknownParents()]).toEqual([SPANS, 0, []]);
    const spans = intake.spans.map(({ span }) => `${span.meta.kind} ${span.name} ${span.status}`);
    expect(spans.toSorted()).toEqual([
      "agent Tide Agent ok",
      "llm gpt-4o-mini ok",
      "tool tide_table error",
      "tool tide_table ok",
    ]);
    expect(new Set(intake.spans.map(({ sessionId }) => sessionId))).toEqual(new Set(["t-1"]));
  });

  it.each<[Fault, string, RegExp]>([
    [{ kind: "status", status: 403 }, "rejected", /refuses the key in DD_API_KEY: 403/],
    [{ kind: "status", status: 500 }, "deadline", /fails: 500/],
    [{ kind: "hang" }, "deadline", /had not answered when the process ended/],
  ])("ends just the same where Datadog is in trouble: %o", async (fault, reason, warning) => {
    const ended = await end(fault, reason === "deadline" ? deadline(5000) : {});
    expectUnharmed(ended);
    expect(ended.health).toMatchObject({ delivered: 0, droppedBy: { [reason]: EVENTS } });
    expect(ended.intake.acknowledged.spans).toBe(0);
    expect(ended.stderr).toMatch(warning);
    // The deadline, and the boot on a busy machine.
    expect(ended.tookMs).toBeLessThan(15_000);
  });

  it("is told once that there is no key", async () => {
    const ended = await end(undefined, { DD_API_KEY: "" });
    expectUnharmed(ended);
    expect(ended.stderr.match(/DD_API_KEY/g)).toHaveLength(1);
    expect(ended.health).toMatchObject({ delivered: 0, droppedBy: { disabled: EVENTS } });
    expect(ended.intake.requests).toEqual([]);
  });
});
