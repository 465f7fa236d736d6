import { readFileSync } from "node:fs";
import type { EventContext, HookResult, TelemetryManager } from "@charm/telemetry-core";
import { eventContext, runInfo } from "@charm/telemetry-testkit";
import type { LangsmithRun } from "@charm/telemetry-testkit/intakes";
import type { LangsmithExporter } from "../../src/index.ts";

/** One agent run as the vendor's SDK has sent it, and two ways to have it again. */

interface Part {
  readonly name: string;
  readonly value: unknown;
}

type SdkRun = LangsmithRun & {
  readonly name: string;
  readonly start_time: string;
  readonly end_time: number;
  readonly inputs: Record<string, unknown>;
};

const recording = JSON.parse(
  readFileSync(new URL("../fixtures/official-sdk.run-ok.json", import.meta.url), "utf8"),
) as { parts: readonly Part[] };

export const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

const TOKENS = ["Paris is the ", "capital of France."];
const USAGE = { inputTokens: 42, outputTokens: 7, totalTokens: 49 };
const ACTION_INPUT = '{"query":"capital of France"}';
const RUN = { name: "research-agent", threadId: "session-42", tags: ["agent", "env:test"] };

const json = (name: string, side: "inputs" | "outputs"): string => JSON.stringify(sdkRun(name)[side]);
const request = (): {
  model: string;
  provider: string;
  name: string;
  messages: { role: string; content: string }[];
  parameters: Record<string, unknown>;
} => ({
  model: "gpt-4o-mini",
  provider: "openai",
  name: "chat-model",
  messages: sdkRun("chat-model").inputs["messages"] as { role: string; content: string }[],
  parameters: { temperature: 0, max_tokens: 64 },
});

/** Hands the run to the exporter as hooks, with its own times. */
export function playHooks(exporter: LangsmithExporter, accept: (...results: HookResult[]) => void): void {
  const spanIds = new Map(sdkRuns().map((run, index) => [run.id, String(index + 1).padStart(16, "0")]));
  const at = (name: string, where: "start" | "end"): EventContext => {
    const { id, parent_run_id: parent, start_time: start, end_time: end } = sdkRun(name);
    return eventContext(spanIds.get(id) ?? "", parent === undefined ? undefined : spanIds.get(parent), {
      timeUnixMs: where === "start" ? unixMs(start) : end,
      toolCallId: callId(name),
    });
  };
  const root = at("research-agent", "start");
  const model = sdkRun("chat-model");
  const firstToken = Date.parse(model.events?.[0]?.time ?? "");
  accept(
    exporter.onRunStart(RUN_ID, sdkRun("research-agent").inputs, { ...root, run: runInfo(RUN) }),
    exporter.onAgentAction("search", ACTION_INPUT, {
      ...root,
      timeUnixMs: Date.parse(sdkRun("research-agent").events?.[0]?.time ?? ""),
    }),
    exporter.onToolStart("search", json("search", "inputs"), at("search", "start")),
    exporter.onLlmStart(request(), at("chat-model", "start")),
    ...TOKENS.map((token): HookResult => exporter.onLlmNewToken(token, at("chat-model", "start"))),
    exporter.onLlmEnd(
      { usage: USAGE, finishReason: "stop", timeToFirstTokenMs: firstToken - unixMs(model.start_time) },
      at("chat-model", "end"),
    ),
    exporter.onToolEnd("search", json("search", "outputs"), at("search", "end")),
    exporter.onToolStart("weather", json("weather", "inputs"), at("weather", "start")),
    exporter.onToolStart("population", json("population", "inputs"), at("population", "start")),
    exporter.onToolError("population", recordedError(), at("population", "end")),
    exporter.onToolEnd("weather", json("weather", "outputs"), at("weather", "end")),
    exporter.onRunEnd(RUN_ID, sdkRun("research-agent").outputs ?? {}, at("research-agent", "end")),
  );
}

/** Lets an agent do the run again: times, and all ids but the run's, are new. */
export function playAgent(manager: TelemetryManager): void {
  const run = manager.startRun(sdkRun("research-agent").inputs, { runId: RUN_ID, ...RUN });
  run.action("search", ACTION_INPUT);
  const search = run.startTool("search", json("search", "inputs"), { toolCallId: callId("search") });
  const llm = run.startLlm(request(), { parent: search });
  for (const token of TOKENS) llm.token(token);
  llm.end({ usage: USAGE, finishReason: "stop" });
  search.end(json("search", "outputs"));
  const weather = run.startTool("weather", json("weather", "inputs"), { toolCallId: callId("weather") });
  const population = run.startTool("population", json("population", "inputs"), { toolCallId: callId("population") });
  population.fail(recordedError());
  weather.end(json("weather", "outputs"));
  run.end(sdkRun("research-agent").outputs);
}

function callId(name: string): string | undefined {
  const { run_type: type, extra } = sdkRun(name);
  return type === "tool" ? (extra?.metadata as { tool_call_id?: string } | undefined)?.tool_call_id : undefined;
}

function recordedError(): Error {
  const stack = sdkRun("population").error ?? "";
  const error = new TypeError(stack.slice("TypeError: ".length, stack.indexOf("\n")));
  error.stack = stack;
  return error;
}

/** The recorded runs, each put together from its parts. */
export function sdkRuns(): SdkRun[] {
  const runs = new Map<string, Record<string, unknown>>();
  for (const { name, value } of recording.parts) {
    const [, id = "", field] = name.split(".");
    runs.set(id, { ...runs.get(id), ...(field === undefined ? (value as object) : { [field]: value }) });
  }
  return [...runs.values()] as unknown as SdkRun[];
}

export function sdkRun(name: string): SdkRun {
  const run = sdkRuns().find((candidate) => candidate.name === name);
  if (run === undefined) throw new Error(`no run ${name} in the recording`);
  return run;
}

/** With the microseconds that `Date.parse` leaves out. */
export function unixMs(time: string): number {
  const [, micro = "0"] = /\.\d{3}(\d{3})Z$/.exec(time) ?? [];
  return Date.parse(time) + Number(micro) / 1000;
}
