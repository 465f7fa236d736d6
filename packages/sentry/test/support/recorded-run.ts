import { readFileSync } from "node:fs";
import type { HookResult, TelemetryManager } from "@charm/telemetry-core";
import { eventContext, runInfo } from "@charm/telemetry-testkit";
import type { SentryEvent, SentrySpan } from "@charm/telemetry-testkit/intakes";
import type { SentryExporter } from "../../src/index.ts";

/** One agent run as the vendor's SDK has sent it, and two ways to have it again. */

type Header = Readonly<Record<string, unknown>> & { readonly sent_at: string; readonly trace: Record<string, string> };

export const recording = JSON.parse(
  readFileSync(new URL("../fixtures/official-sdk.run-ok.json", import.meta.url), "utf8"),
) as {
  environment: Record<string, string>;
  event: { header: Header; item: { header: object; payload: SentryEvent } };
  spans: { header: Header; item: { header: object; payload: { items: SentrySpan[] } } };
};

export const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

const RUN = "invoke_agent research-agent";
const LLM = "chat gpt-4o-mini";
const SEARCH = "execute_tool search";
const WEATHER = "execute_tool weather";
const POPULATION = "execute_tool population";
const TOKENS = ["Paris is the ", "capital of France."];
const USAGE = { inputTokens: 42, outputTokens: 7, totalTokens: 49 };
const ACTION_INPUT = '{"query":"capital of France"}';

const valueOf = (name: string, key: string): string => String(sdkSpan(name).attributes[key]?.value);
const inputOf = (name: string): string => valueOf(name, "gen_ai.tool.call.arguments");
const outputOf = (name: string): string => valueOf(name, "gen_ai.tool.call.result");
const textsOf = (name: string, key: string): { role: string; content: string }[] =>
  (JSON.parse(valueOf(name, key)) as { role: string; parts: { content: string }[] }[]).map(({ role, parts }) => ({
    role,
    content: parts.map(({ content }) => content).join(""),
  }));
const QUESTION = { question: textsOf(RUN, "gen_ai.input.messages")[0]?.content };
const ANSWER = { answer: textsOf(RUN, "gen_ai.output.messages")[0]?.content };
const REQUEST = {
  model: "gpt-4o-mini",
  provider: "openai",
  messages: textsOf(LLM, "gen_ai.input.messages"),
  parameters: { max_tokens: 64 },
};

/** Hands the run to the exporter as hooks, with its own ids and times. */
export function playHooks(exporter: SentryExporter, accept: (...results: HookResult[]) => void): void {
  const at = (name: string, where: "start" | "end"): ReturnType<typeof eventContext> => {
    const span = sdkSpan(name);
    const toolCallId = span.attributes["gen_ai.tool.call.id"]?.value;
    return eventContext(span.span_id, span.parent_span_id, {
      runId: RUN_ID,
      traceId: span.trace_id,
      timeUnixMs: (where === "start" ? span.start_timestamp : span.end_timestamp) * 1000,
      toolCallId: typeof toolCallId === "string" ? toolCallId : undefined,
    });
  };
  const root = at(RUN, "start");
  const info = runInfo({ name: "research-agent", threadId: "session-42" });
  const firstChunkSeconds = Number(sdkSpan(LLM).attributes["gen_ai.response.time_to_first_chunk"]?.value);
  accept(
    exporter.onRunStart(RUN_ID, QUESTION, { ...root, run: info }),
    exporter.onAgentAction("search", ACTION_INPUT, { ...root, timeUnixMs: 1795338783840 }),
    exporter.onToolStart("search", inputOf(SEARCH), at(SEARCH, "start")),
    exporter.onLlmStart(REQUEST, at(LLM, "start")),
    ...TOKENS.map((token): HookResult => exporter.onLlmNewToken(token, at(LLM, "start"))),
    exporter.onLlmEnd(
      { usage: USAGE, finishReason: "stop", timeToFirstTokenMs: firstChunkSeconds * 1000 },
      at(LLM, "end"),
    ),
    exporter.onToolEnd("search", outputOf(SEARCH), at(SEARCH, "end")),
    exporter.onToolStart("weather", inputOf(WEATHER), at(WEATHER, "start")),
    exporter.onToolStart("population", inputOf(POPULATION), at(POPULATION, "start")),
    exporter.onToolError("population", recordedError(), at(POPULATION, "end")),
    exporter.onToolEnd("weather", outputOf(WEATHER), at(WEATHER, "end")),
    exporter.onRunEnd(RUN_ID, ANSWER, at(RUN, "end")),
  );
}

/** Lets an agent do the run again: ids and times are new. */
export function playAgent(manager: TelemetryManager): void {
  const callId = (name: string): { toolCallId: string } => ({ toolCallId: valueOf(name, "gen_ai.tool.call.id") });
  const run = manager.startRun(QUESTION, { runId: RUN_ID, name: "research-agent", threadId: "session-42" });
  run.action("search", ACTION_INPUT);
  const search = run.startTool("search", inputOf(SEARCH), callId(SEARCH));
  const llm = run.startLlm(REQUEST, { parent: search });
  for (const token of TOKENS) llm.token(token);
  llm.end({ usage: USAGE, finishReason: "stop" });
  search.end(outputOf(SEARCH));
  const weather = run.startTool("weather", inputOf(WEATHER), callId(WEATHER));
  const population = run.startTool("population", inputOf(POPULATION), callId(POPULATION));
  population.fail(recordedError());
  weather.end(outputOf(WEATHER));
  run.end(ANSWER);
}

/** The error whose stack the SDK has taken apart. */
function recordedError(): Error {
  const error = new TypeError("population service returned no rows");
  const frames = recording.event.item.payload.exception?.values[0]?.stacktrace?.frames ?? [];
  const lines = frames
    .map((frame) => `    at ${frame.function} (${frame.filename}:${frame.lineno}:${frame.colno})`)
    .toReversed();
  error.stack = [`TypeError: ${error.message}`, ...lines].join("\n");
  return error;
}

export function sdkSpan(name: string): SentrySpan {
  const span = recording.spans.item.payload.items.find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span ${name} in the recording`);
  return span;
}
