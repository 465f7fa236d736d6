import { readFileSync } from "node:fs";
import type { HookResult, TelemetryManager } from "@charm/telemetry-core";
import { eventContext } from "@charm/telemetry-testkit";
import type { SentryEvent, SentrySpan } from "@charm/telemetry-testkit/intakes";
import { RESEARCH_RUN_ID, playAgent, playHooks } from "../../../testkit/test/support/research-run.ts";
import type { PlaceOf, RecordedTool, ResearchRun, ToolName } from "../../../testkit/test/support/research-run.ts";
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

const NAMES = {
  run: "invoke_agent research-agent",
  model: "chat gpt-4o-mini",
  search: "execute_tool search",
  weather: "execute_tool weather",
  population: "execute_tool population",
};
const ACTION_UNIX_MS = 1795338783840;

/** What the recording says of the run. */
function researchRun(): ResearchRun {
  return {
    inputs: { question: textsOf(NAMES.run, "gen_ai.input.messages")[0]?.content },
    outputs: { answer: textsOf(NAMES.run, "gen_ai.output.messages")[0]?.content },
    info: { name: "research-agent", threadId: "session-42" },
    request: {
      model: "gpt-4o-mini",
      provider: "openai",
      messages: textsOf(NAMES.model, "gen_ai.input.messages"),
      parameters: { max_tokens: 64 },
    },
    tools: { search: toolOf("search"), weather: toolOf("weather"), population: toolOf("population") },
    error: recordedError(),
  };
}

/** Hands the run to the exporter as hooks, with its own ids and times. */
export function playRecordedHooks(exporter: SentryExporter, accept: (...results: HookResult[]) => void): void {
  const at: PlaceOf = (name, where) => {
    const span = sdkSpan(NAMES[name]);
    const toolCallId = span.attributes["gen_ai.tool.call.id"]?.value;
    return eventContext(span.span_id, span.parent_span_id, {
      runId: RESEARCH_RUN_ID,
      traceId: span.trace_id,
      timeUnixMs: (where === "start" ? span.start_timestamp : span.end_timestamp) * 1000,
      toolCallId: typeof toolCallId === "string" ? toolCallId : undefined,
    });
  };
  playHooks(exporter, accept, researchRun(), at, {
    actionUnixMs: ACTION_UNIX_MS,
    timeToFirstTokenMs: Number(sdkSpan(NAMES.model).attributes["gen_ai.response.time_to_first_chunk"]?.value) * 1000,
  });
}

export function playRecordedAgent(manager: TelemetryManager): void {
  playAgent(manager, researchRun());
}

function valueOf(name: string, key: string): string {
  return String(sdkSpan(name).attributes[key]?.value);
}

function textsOf(name: string, key: string): { role: string; content: string }[] {
  const messages = JSON.parse(valueOf(name, key)) as { role: string; parts: { content: string }[] }[];
  return messages.map(({ role, parts }) => ({ role, content: parts.map(({ content }) => content).join("") }));
}

function toolOf(tool: ToolName): RecordedTool {
  const name = NAMES[tool];
  return {
    input: valueOf(name, "gen_ai.tool.call.arguments"),
    output: valueOf(name, "gen_ai.tool.call.result"),
    toolCallId: valueOf(name, "gen_ai.tool.call.id"),
  };
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
