import { setTimeout as delay } from "node:timers/promises";
import type { HookResult } from "@charm/telemetry-core";
import { eventContext, runInfo, startExporter } from "@charm/telemetry-testkit";
import type { LangsmithIntake } from "@charm/telemetry-testkit/intakes";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ROOT_SPAN_ID as ROOT, never, playTool, setEnvironment } from "../../testkit/test/support/started-exporter.ts";
import { describeVendor } from "../../testkit/test/support/vendor-cases.ts";
import { LangsmithExporter } from "../src/index.ts";
import * as everything from "../src/index.ts";
import { KEY, start, unsetVariables } from "./support/start.ts";

const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

beforeEach(unsetVariables);

/** Resolves when the start of so many runs has been acknowledged. */
async function shown(intake: LangsmithIntake, count: number): Promise<void> {
  while (intake.operations.filter(({ acknowledged }) => acknowledged).length < count) await delay(5);
  await delay(0);
}

describeVendor({
  exports: everything,
  withoutKey: {
    variables: [],
    reason: "no API key. Set LANGSMITH_API_KEY (or LANGCHAIN_API_KEY) in the agent's environment.",
  },
  start: (isKnown) => start(isKnown ? {} : { apiKey: "another-key" }),
  refusal: /^127\.0\.0\.1:\d+ refuses the key in LANGSMITH_API_KEY: 403 .* LANGSMITH_WORKSPACE_ID\?/,
  key: KEY,
});

describe("LangsmithExporter", () => {
  it("is disabled by a proxy variable that holds no URL", async () => {
    setEnvironment({ LANGSMITH_API_KEY: KEY, HTTPS_PROXY: "proxy:canary", https_proxy: undefined });
    const { account } = await startExporter(new LangsmithExporter());
    expect(account.disabled).toBe("HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example:3128.");
  });

  it("sends a short run once, whole, under the run's own id", async () => {
    const { exporter, account, accept, intake } = await start();
    const root = eventContext(ROOT, undefined, {
      run: runInfo({ threadId: "t-1", tags: ["fast"], metadata: { plan: "pro" } }),
    });
    accept(exporter.onRunStart(RUN_ID, { question: "?" }, root), exporter.onRunEnd(RUN_ID, { answer: "!" }, root));
    await exporter.flush(never);
    expect(intake.operations).toMatchObject([{ kind: "post", acknowledged: true }]);
    expect(intake.runs.get(RUN_ID)).toMatchObject({
      name: "Research Agent",
      run_type: "chain",
      session_name: "default",
      tags: ["fast"],
      inputs: { question: "?" },
      outputs: { answer: "!" },
      extra: { metadata: { plan: "pro", thread_id: "t-1", charm_run_id: RUN_ID } },
    });
    expect(account).toMatchObject({ outcomes: { delivered: 2 }, units: { spans: 1, requests: 1 } });
    expect(intake.requests[0]?.headers["user-agent"]).toMatch(/^langsmith-js\//);
  });

  it("shows a long run at its start, and patches it at its end without its inputs", async () => {
    const { exporter, account, accept, intake } = await start();
    const root = eventContext(ROOT);
    accept(exporter.onRunStart(RUN_ID, { question: "?" }, root));
    await shown(intake, 1);
    expect(intake.operations).toMatchObject([{ kind: "post", run: { id: RUN_ID, inputs: { question: "?" } } }]);
    expect(intake.unended().map(({ id }) => id)).toEqual([RUN_ID]);
    expect(account.settled).toBe(0);
    accept(exporter.onRunEnd(RUN_ID, { answer: "!" }, { ...root, timeUnixMs: root.timeUnixMs + 2000.5 }));
    await exporter.shutdown(never);
    expect(intake.operations[1]).toMatchObject({ kind: "patch", run: { outputs: { answer: "!" } } });
    expect(intake.operations[1]?.run).not.toHaveProperty("inputs");
    expect(intake.unended()).toEqual([]);
    expect(account).toMatchObject({ outcomes: { delivered: 2 }, units: { spans: 1, requests: 2 } });
  });

  it("posts a run whole at its end when LangSmith did not take its start", async () => {
    const { exporter, account, accept, intake } = await start();
    await intake.setFault({ kind: "status", status: 422, times: 1 });
    const root = eventContext(ROOT);
    accept(exporter.onRunStart(RUN_ID, { question: "?" }, root));
    await intake.waitForRequests(1);
    accept(exporter.onRunEnd(RUN_ID, {}, root));
    await exporter.shutdown(never);
    expect(intake.operations).toMatchObject([{ kind: "post", run: { inputs: { question: "?" } } }]);
    expect(account.outcomes).toEqual({ delivered: 2 });
  });

  it("never lets an end overtake its start", async () => {
    const { exporter, accept, intake } = await start();
    await intake.setFault({ kind: "slow", delayMs: 300, times: 1 });
    const root = eventContext(ROOT);
    accept(exporter.onRunStart(RUN_ID, {}, root));
    await intake.waitForRequests(1);
    accept(exporter.onRunEnd(RUN_ID, {}, root));
    await exporter.shutdown(never);
    expect(intake.operations.map(({ kind }) => kind)).toEqual(["post", "patch"]);
  });

  it("puts parallel tools of one microsecond under their run, each at a place of its own", async () => {
    const { exporter, accept, intake } = await start();
    const timeUnixMs = Date.now() + 0.25;
    const root = eventContext(ROOT, undefined, { timeUnixMs });
    accept(exporter.onRunStart(RUN_ID, {}, root));
    const tools = Array.from({ length: 30 }, (_, index) =>
      eventContext((index + 1).toString(16).padStart(16, "0"), ROOT, { timeUnixMs }),
    );
    accept(...tools.map((context): HookResult => exporter.onToolStart("t", "{}", context)));
    await shown(intake, 31);
    accept(...tools.map((context): HookResult => exporter.onToolEnd("t", "{}", context)));
    accept(exporter.onRunEnd(RUN_ID, {}, root));
    await exporter.shutdown(never);
    expect(intake.runs.size).toBe(31);
    expect(new Set([...intake.runs.values()].map((run) => run.dotted_order)).size).toBe(31);
    expect([intake.unknownParents(), intake.unposted(), intake.unended()]).toEqual([[], [], []]);
    expect(intake.requests.every(({ status }) => status === 202)).toBe(true);
  });

  it("sends to the project and the workspace that variables name", async () => {
    vi.stubEnv("LANGCHAIN_PROJECT", "research");
    vi.stubEnv("LANGSMITH_WORKSPACE_ID", "11111111-2222-4333-8444-555555555555");
    const started = await start({ workspaceId: "11111111-2222-4333-8444-555555555555" });
    playTool(started, "1");
    await started.exporter.flush(never);
    expect(started.intake.operations).toMatchObject([{ run: { session_name: "research" } }]);
  });

  it("sends no environment variables, and nothing that is to be hidden", async () => {
    vi.stubEnv("LANGSMITH_HIDE_INPUTS", "true");
    vi.stubEnv("LANGCHAIN_HIDE_OUTPUTS", "true");
    vi.stubEnv("LANGSMITH_CANARY_NAME", "canary-of-the-environment");
    const { exporter, accept, intake } = await start();
    const context = eventContext("1".padStart(16, "0"), ROOT);
    accept(
      exporter.onLlmStart({ model: "m", messages: [{ role: "user", content: "private-in" }] }, context),
      exporter.onAgentAction("search", "private-action", context),
      exporter.onLlmEnd({ output: "private-out", usage: { inputTokens: 1, outputTokens: 2 } }, context),
    );
    await exporter.flush(never);
    const sent = String(intake.requests[0]?.body);
    expect(sent).not.toMatch(/private|canary|LANGSMITH_/);
    expect(intake.operations[0]?.run).toMatchObject({
      inputs: {},
      outputs: {},
      extra: { metadata: { usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } } },
    });
  });

  it("counts as sampled the traces that are left out, whole", async () => {
    vi.stubEnv("LANGSMITH_TRACING_SAMPLING_RATE", "0.5");
    const { exporter, accept, account, intake } = await start();
    for (let index = 0; index < 40; index++) {
      const runId = `run-${index}`;
      const root = eventContext(ROOT, undefined, { runId });
      const tool = eventContext("1".padStart(16, "0"), ROOT, { runId });
      accept(exporter.onRunStart(runId, {}, root), exporter.onToolStart("t", "", tool));
      accept(exporter.onToolEnd("t", "", tool), exporter.onRunEnd(runId, {}, root));
    }
    await exporter.shutdown(never);
    const traces = new Set(intake.operations.map(({ run }) => run.trace_id)).size;
    expect(traces).toBeGreaterThan(8);
    expect(traces).toBeLessThan(32);
    expect(account.outcomes).toEqual({ delivered: traces * 4, sampled: (40 - traces) * 4 });
    expect(intake.received.runs).toBe(traces * 2);
  });

  it("does not wait longer than it may for a backend that hangs", async () => {
    const started = await start();
    const { exporter, accept, account, intake } = started;
    await intake.setFault({ kind: "hang" });
    accept(exporter.onRunStart(RUN_ID, {}, eventContext(ROOT)));
    await intake.waitForRequests(1);
    playTool(started, "1");
    const stop = new AbortController();
    const stopped = exporter.shutdown(stop.signal);
    await intake.waitForRequests(1);
    stop.abort();
    await stopped;
    expect(account).toMatchObject({ accepted: 3, settled: 3, outcomes: { deadline: 3 } });
  });
});
