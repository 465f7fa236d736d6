import type { Fault, SentryIntake } from "@charm/telemetry-testkit/intakes";
import { startSentryIntake } from "@charm/telemetry-testkit/intakes";
import { describe, expect, it, onTestFinished } from "vitest";
import { runAgent } from "../../testkit/test/support/agent-process.ts";
import type { EndedAgent } from "../../testkit/test/support/agent-process.ts";

/** A real agent in a process of its own, with the exporter in its worker, against each kind of backend. */

const PUBLIC_KEY = "0123456789abcdef0123456789abcdef";
const SECRET = "canary-5f0c1b7e9d";
/** Two runs, one of which fails, then the end of the process right after the last event: 15 events, 6 spans. */
const AGENT = `
import { TelemetryManager } from "@charm/telemetry-core";
const telemetry = await TelemetryManager.load();
const secret = process.env.TIDE_API_KEY;
const first = telemetry.startRun({ question: "high tide? " + secret });
first.action("tide_table", JSON.stringify({ secret }));
first.startTool("tide_table", { harbour: "Dover", secret }).end("High tide at 14:02 " + secret);
const llm = first.startLlm({ model: "gpt-4o-mini", provider: "openai" });
llm.token(secret.slice(0, 6));
llm.token(secret.slice(6));
llm.end({ usage: { inputTokens: 42, outputTokens: 7 } });
first.end({ output: "at 14:02" });
const second = telemetry.startRun({ question: "low tide?" });
const tool = second.startTool("tide_table", { harbour: "Calais" });
const error = new TypeError("no rows for " + secret, { cause: new Error("key " + secret + " was refused") });
tool.fail(error);
second.fail(error);
process.exit(7);
`;

async function run(
  fault: Fault | undefined,
  environment: Record<string, string> = {},
): Promise<EndedAgent & { intake: SentryIntake }> {
  const intake = await startSentryIntake({ publicKey: PUBLIC_KEY });
  onTestFinished(() => intake.close());
  await intake.setFault(fault);
  const finished = await runAgent("sentry", AGENT, {
    SENTRY_DSN: intake.dsn,
    TIDE_API_KEY: SECRET,
    // Loading the SDK takes a while on a busy machine.
    CHARM_TELEMETRY_SHUTDOWN_MS: "20000",
    ...environment,
  });
  return { ...finished, intake };
}

const EVENTS = 13;
const SPANS = 5;

/** What holds whatever the backend does. */
function expectUnharmed({ code, stdout, stderr, health, intake }: Awaited<ReturnType<typeof run>>): void {
  expect(code).toBe(7);
  expect(stdout).toContain("at 14:02");
  expect(health).toBeDefined();
  expect(health?.accepted).toBe(EVENTS);
  expect((health?.delivered ?? 0) + (health?.dropped ?? 0) + (health?.pending ?? 0)).toBe(EVENTS);
  expect(health?.pending).toBe(0);
  const sent = intake.requests.map(({ body }) => String(body)).join("\n");
  expect(sent + stdout + stderr + JSON.stringify(health)).not.toContain(SECRET);
  expect(stderr).not.toContain(PUBLIC_KEY);
}

describe("an agent that calls process.exit right after its last event", () => {
  it("has delivered everything to a healthy backend", async () => {
    const result = await run(undefined);
    expectUnharmed(result);
    expect(result.stderr).toBe("");
    expect(result.health).toMatchObject({ delivered: EVENTS, units: { spans: SPANS } });
    expect(result.intake.acknowledged).toMatchObject({ spans: SPANS, events: 1 });
    expect(result.intake.unknownParents()).toEqual([]);
    const [received] = result.intake.events;
    expect(received?.event.exception?.values.map(({ type, value }) => [type, value])).toEqual([
      ["Error", "key [TIDE_API_KEY_REDACTED] was refused"],
      ["TypeError", "no rows for [TIDE_API_KEY_REDACTED]"],
    ]);
    const frames = received?.event.exception?.values[1]?.stacktrace?.frames ?? [];
    expect(frames.at(-1)).toMatchObject({ filename: expect.stringMatching(/\/agent\.js$/), lineno: 15, in_app: true });
    expect(received?.event.breadcrumbs?.map(({ message }) => message)).toEqual(["run start", "tool start: tide_table"]);
    expect(received?.event.contexts?.trace?.span_id).toBe(
      result.intake.spans.find(({ span }) => span.name === "execute_tool tide_table" && span.status === "error")?.span
        .span_id,
    );
  });

  const refusals: [name: string, fault: Fault, reason: string, words: RegExp][] = [
    ["401", { kind: "status", status: 401 }, "rejected", /refuses the key in SENTRY_DSN: 401/],
    ["429 with Retry-After", { kind: "status", status: 429, retryAfter: 30 }, "rejected", /limits what it takes: 429/],
    ["500", { kind: "status", status: 500 }, "deadline", /fails: 500/],
    ["no answer at all", { kind: "hang" }, "deadline", /had not answered when the process ended/],
  ];
  it.each(refusals)("is unharmed by %s, and told", async (_name, fault, reason, words) => {
    const deadlineMs = 6000;
    const result = await run(fault, { CHARM_TELEMETRY_SHUTDOWN_MS: String(deadlineMs) });
    expectUnharmed(result);
    // The deadline, and what a busy machine takes to start and end a process.
    expect(result.tookMs).toBeLessThan(deadlineMs + 10_000);
    expect(result.health).toMatchObject({ delivered: 0, droppedBy: { [reason]: EVENTS } });
    expect(result.intake.acknowledged.spans).toBe(0);
    expect(result.stderr).toMatch(words);
    expect(result.stderr.split("\n").filter((line) => line !== "")).toHaveLength(1);
  });

  it("sends no contents when told so, but names, counts and types of errors", async () => {
    const result = await run(undefined, { CHARM_TELEMETRY_CAPTURE_CONTENT: "false" });
    expectUnharmed(result);
    const sent = result.intake.requests.map(({ body }) => String(body)).join("\n");
    for (const content of ["high tide", "14:02", "Dover", "no rows", "was refused"])
      expect(sent).not.toContain(content);
    for (const fact of ["tide_table", "gpt-4o-mini", "gen_ai.usage.input_tokens", "TypeError"])
      expect(sent).toContain(fact);
  });

  it("is told once that there is no DSN", async () => {
    const result = await run(undefined, { SENTRY_DSN: "" });
    expect(result.code).toBe(7);
    expect(result.stderr).toContain("sentry: disabled, no DSN. Set SENTRY_DSN in the agent's environment.");
    expect(result.health).toMatchObject({ droppedBy: { disabled: EVENTS }, pending: 0 });
    expect(result.intake.requests).toEqual([]);
  });
});
