import { readFileSync } from "node:fs";
import type { HookResult, TelemetryManager } from "@charm/telemetry-core";
import { eventContext } from "@charm/telemetry-testkit";
import { RESEARCH_RUN_ID, playAgent, playHooks } from "../../../testkit/test/support/research-run.ts";
import type { PlaceOf, RecordedTool, ResearchRun } from "../../../testkit/test/support/research-run.ts";
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

/** What the recording says of the run. */
function researchRun(): ResearchRun {
  return {
    inputs: objectOf("input"),
    outputs: objectOf("output"),
    info: {
      name: "research-agent",
      threadId: "session-42",
      tags: [`run_id:${RESEARCH_RUN_ID}`, "team:research"],
      metadata: { version: "1.2.3" },
    },
    request: {
      model: "gpt-4o-mini",
      provider: "openai",
      name: "chat-model",
      messages: (sdkSpan("chat-model").meta["input"] as { messages: { role: string; content: string }[] }).messages,
      parameters: { temperature: 0, max_tokens: 64 },
    },
    tools: { search: toolOf("search"), weather: toolOf("weather"), population: toolOf("population") },
    error: recordedError(),
  };
}

/** Hands the run to the exporter as hooks, with its own ids, and its own times but for a shift. */
export function playRecordedHooks(
  exporter: DatadogExporter,
  accept: (...results: HookResult[]) => void,
  shiftMs: number,
): void {
  const traceId = sdkSpan("research-agent").trace_id;
  const at: PlaceOf = (span, where) => {
    const name = NAMES[span];
    const { span_id: id, parent_id: parent, start_ns: start, duration } = sdkSpan(name);
    return eventContext(hex(id), parent === "undefined" ? undefined : hex(parent), {
      traceId,
      timeUnixMs: shiftMs + start / 1e6 + (where === "end" ? duration / 1e6 : 0),
      toolCallId: callId(name),
    });
  };
  playHooks(exporter, accept, researchRun(), at, {
    actionUnixMs: at("run", "start").timeUnixMs + 1,
    timeToFirstTokenMs: (sdkSpan("chat-model").metrics["time_to_first_token"] ?? 0) * 1000,
  });
}

export function playRecordedAgent(manager: TelemetryManager): void {
  playAgent(manager, researchRun());
}

const NAMES = {
  run: "research-agent",
  model: "chat-model",
  search: "search",
  weather: "weather",
  population: "population",
};

function valueOf(name: string, side: "input" | "output"): string {
  return (sdkSpan(name).meta[side] as { value?: string } | undefined)?.value ?? "";
}

function objectOf(side: "input" | "output"): Record<string, unknown> {
  return JSON.parse(valueOf("research-agent", side)) as Record<string, unknown>;
}

function toolOf(name: string): RecordedTool {
  return { input: valueOf(name, "input"), output: valueOf(name, "output"), toolCallId: callId(name) };
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
