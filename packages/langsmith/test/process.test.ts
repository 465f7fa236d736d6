import { startLangsmithIntake } from "@charm/telemetry-testkit/intakes";
import type { Fault, LangsmithIntake } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it, onTestFinished } from "vitest";
import { runAgent } from "../../testkit/test/support/agent-process.ts";

const KEY = "canary-api-key-0123456789";

/** One run with a tool and a streamed call of a model, and the end of the process right after it. */
const AGENT = `
import { TelemetryManager } from "@charm/telemetry-core";
const manager = await TelemetryManager.load();
const run = manager.startRun({ question: "?", note: process.env.PLANTED_SECRET }, { threadId: "t-1" });
run.startTool("search", { query: "x" }).end("found " + process.env.PLANTED_SECRET);
const llm = run.startLlm({ model: "gpt-4o-mini", provider: "openai", messages: "hi" });
for (const token of ["my can", "ary-sec", "ret-0123"]) llm.token(token);
llm.end({ usage: { inputTokens: 1, outputTokens: 3 } });
run.startTool("failing", "{}").fail(new Error("no " + process.env.PLANTED_SECRET));
run.end({ answer: "!" });
console.log("last words");
process.exit(3);
`;
const EVENTS = 11;
const RUNS = 4;

async function openIntake(fault?: Fault): Promise<LangsmithIntake> {
  const intake = await startLangsmithIntake({ apiKey: KEY });
  await intake.setFault(fault);
  onTestFinished(() => intake.close());
  return intake;
}

function environment(intake: LangsmithIntake): Record<string, string> {
  return {
    LANGSMITH_API_KEY: KEY,
    LANGSMITH_ENDPOINT: intake.url,
    PLANTED_SECRET: "canary-secret-0123",
    CHARM_TELEMETRY_SHUTDOWN_MS: "8000",
  };
}

describe("an agent that calls process.exit right after its last event", () => {
  it.each<[string, Fault | undefined, object]>([
    ["is healthy", undefined, { delivered: EVENTS, droppedBy: {} }],
    ["answers 401", { kind: "status", status: 401 }, { delivered: 0, droppedBy: { rejected: EVENTS } }],
    [
      "answers 429 with Retry-After once",
      { kind: "status", status: 429, retryAfter: 1, times: 1 },
      { delivered: EVENTS, droppedBy: {} },
    ],
    ["answers 500 once", { kind: "status", status: 500, times: 1 }, { delivered: EVENTS, droppedBy: {} }],
  ])("is unharmed where LangSmith %s, and every event is accounted for", async (_, fault, expected) => {
    const intake = await openIntake(fault);
    const ended = await runAgent("langsmith", AGENT, environment(intake));
    expect(ended).toMatchObject({ code: 3, prints: "last words\n" });
    expect(ended.health).toMatchObject({ name: "langsmith", accepted: EVENTS, pending: 0, ...expected });
    const delivered = ended.health?.delivered === EVENTS;
    expect(intake.acknowledged.runs).toBe(delivered ? RUNS : 0);
    expect(ended.health?.units.spans ?? 0).toBe(delivered ? RUNS : 0);
    expect([intake.unknownParents(), intake.unended(), intake.duplicates]).toEqual([[], [], 0]);
    expect(ended.stderr.includes("LANGSMITH_API_KEY")).toBe(!delivered);
  });

  it.each<Fault>([{ kind: "hang" }, { kind: "status", status: 500 }])(
    "ends within its deadline where LangSmith is in trouble for good: $kind",
    async (fault) => {
      const intake = await openIntake(fault);
      const ended = await runAgent("langsmith", AGENT, { ...environment(intake), CHARM_TELEMETRY_SHUTDOWN_MS: "5000" });
      expect(ended).toMatchObject({ code: 3, prints: "last words\n" });
      expect(ended.health).toMatchObject({ accepted: EVENTS, delivered: 0, dropped: EVENTS, pending: 0 });
      // The deadline, and the boot on a busy machine.
      expect(ended.tookMs).toBeLessThan(15_000);
    },
  );

  it("says once what is missing without a key, and runs as without telemetry", async () => {
    const ended = await runAgent("langsmith", AGENT, {});
    expect(ended).toMatchObject({ code: 3, prints: "last words\n" });
    expect(ended.stderr.match(/LANGSMITH_API_KEY/g)).toHaveLength(1);
    expect(ended.stderr).toContain("langsmith: disabled, no API key.");
  });

  it("sends no secret in any request, line or warning", async () => {
    const intake = await openIntake();
    const ended = await runAgent("langsmith", AGENT, environment(intake));
    expect(intake.received.runs).toBe(RUNS);
    expect(intake.requests.map(({ body }) => String(body)).join("\n")).not.toMatch(/canary/i);
    expect(ended.stdout + ended.stderr).not.toMatch(/canary/i);
    const model = [...intake.runs.values()].find((run) => run.run_type === "llm");
    expect(model?.outputs?.["content"]).toMatch(/^my \[.*REDACTED\]$/);
  });
});

it("shows a run in progress to people, under the id that stdout has", async () => {
  const intake = await openIntake();
  const ended = await runAgent(
    "langsmith",
    `
import { TelemetryManager } from "@charm/telemetry-core";
const manager = await TelemetryManager.load();
const run = manager.startRun({ question: "?" });
// Counted when it has been answered.
while (manager.health().exporters[0].units.requests === 0) await new Promise((go) => setTimeout(go, 20));
run.end({ answer: run.runId });
`,
    environment(intake),
  );
  expect(ended).toMatchObject({ code: 0, health: { accepted: 2, delivered: 2, units: { spans: 1 } } });
  expect(intake.operations.map(({ kind }) => kind)).toEqual(["post", "patch"]);
  const [run] = intake.runs.values();
  expect(run?.outputs).toEqual({ answer: run?.id });
});
