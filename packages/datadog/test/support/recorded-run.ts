import { readFileSync } from "node:fs";
import type { HookResult, TelemetryManager } from "@charm/telemetry-core";
import { eventContext, runInfo } from "@charm/telemetry-testkit";
import type { DatadogExporter } from "../../src/index.ts";

/** One agent run as the vendor's SDK has sent it, and two ways to have it again. */

export interface SdkSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly start_ns: number;
  readonly duration: number;
  readonly status: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly session_id: string;
}

export const recording = JSON.parse(
  readFileSync(new URL("../fixtures/official-sdk.run-ok.json", import.meta.url), "utf8"),
) as {
  environment: Record<string, string>;
  spans: SdkSpan[];
};

export const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

const TOKENS = ["Paris is the ", "capital of France."];
const USAGE = { inputTokens: 42, outputTokens: 7, totalTokens: 49 };
const ACTION_INPUT = '{"query":"capital of France"}';

const valueOf = (name: string, side: "input" | "output"): string =>
  (sdkSpan(name).meta[side] as { value: string }).value;
const objectOf = (side: "input" | "output"): Record<string, unknown> =>
  JSON.parse(valueOf("research-agent", side)) as Record<string, unknown>;
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
  messages: (sdkSpan("chat-model").meta["input"] as { messages: { role: string; content: string }[] }).messages,
  parameters: { temperature: 0, max_tokens: 64 },
});
const RUN = {
  name: "research-agent",
  threadId: "session-42",
  tags: [`run_id:${RUN_ID}`, "team:research"],
  metadata: { version: "1.2.3" },
};

/** Hands the run to the exporter as hooks, with its own ids, and its own times but for a shift. */
export function playHooks(
  exporter: DatadogExporter,
  accept: (...results: HookResult[]) => void,
  shiftMs: number,
): void {
  const traceId = sdkSpan("research-agent").trace_id;
  const at = (name: string, where: "start" | "end"): ReturnType<typeof eventContext> => {
    const { span_id: id, parent_id: parent, start_ns: start, duration } = sdkSpan(name);
    return eventContext(hex(id), parent === "undefined" ? undefined : hex(parent), {
      traceId,
      timeUnixMs: shiftMs + start / 1e6 + (where === "end" ? duration / 1e6 : 0),
      toolCallId: callId(name),
    });
  };
  const root = at("research-agent", "start");
  const firstTokenSeconds = sdkSpan("chat-model").metrics["time_to_first_token"] ?? 0;
  accept(
    exporter.onRunStart(RUN_ID, objectOf("input"), { ...root, run: runInfo(RUN) }),
    exporter.onAgentAction("search", ACTION_INPUT, { ...root, timeUnixMs: root.timeUnixMs + 1 }),
    exporter.onToolStart("search", valueOf("search", "input"), at("search", "start")),
    exporter.onLlmStart(request(), at("chat-model", "start")),
    ...TOKENS.map((token): HookResult => exporter.onLlmNewToken(token, at("chat-model", "start"))),
    exporter.onLlmEnd(
      { usage: USAGE, finishReason: "stop", timeToFirstTokenMs: firstTokenSeconds * 1000 },
      at("chat-model", "end"),
    ),
    exporter.onToolEnd("search", valueOf("search", "output"), at("search", "end")),
    exporter.onToolStart("weather", valueOf("weather", "input"), at("weather", "start")),
    exporter.onToolStart("population", valueOf("population", "input"), at("population", "start")),
    exporter.onToolError("population", recordedError(), at("population", "end")),
    exporter.onToolEnd("weather", valueOf("weather", "output"), at("weather", "end")),
    exporter.onRunEnd(RUN_ID, objectOf("output"), at("research-agent", "end")),
  );
}

/** Lets an agent do the run again: ids and times are new. */
export function playAgent(manager: TelemetryManager): void {
  const run = manager.startRun(objectOf("input"), { runId: RUN_ID, ...RUN });
  run.action("search", ACTION_INPUT);
  const search = run.startTool("search", valueOf("search", "input"), { toolCallId: callId("search") });
  const llm = run.startLlm(request(), { parent: search });
  for (const token of TOKENS) llm.token(token);
  llm.end({ usage: USAGE, finishReason: "stop" });
  search.end(valueOf("search", "output"));
  const weather = run.startTool("weather", valueOf("weather", "input"), { toolCallId: callId("weather") });
  const population = run.startTool("population", valueOf("population", "input"), { toolCallId: callId("population") });
  population.fail(recordedError());
  weather.end(valueOf("weather", "output"));
  run.end(objectOf("output"));
}

function callId(name: string): string | undefined {
  return (sdkSpan(name).meta["metadata"] as { tool_id?: string } | undefined)?.tool_id;
}

function recordedError(): Error {
  const { meta } = sdkSpan("population");
  const error = new TypeError(String(meta["error.message"]));
  error.stack = String(meta["error.stack"]);
  return error;
}

export function sdkSpan(name: string): SdkSpan {
  const span = recording.spans.find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span ${name} in the recording`);
  return span;
}

function hex(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(16, "0");
}
