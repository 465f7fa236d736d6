import { readFileSync } from "node:fs";
import type { HookResult, TelemetryManager } from "@charm/telemetry-core";
import { eventContext } from "@charm/telemetry-testkit";
import type { LangsmithRun } from "@charm/telemetry-testkit/intakes";
import { playAgent, playHooks } from "../../../testkit/test/support/research-run.ts";
import type { PlaceOf, RecordedTool, ResearchRun } from "../../../testkit/test/support/research-run.ts";
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

const NAMES = {
  run: "research-agent",
  model: "chat-model",
  search: "search",
  weather: "weather",
  population: "population",
};

/** What the recording says of the run. */
function researchRun(): ResearchRun {
  const { inputs, outputs } = sdkRun("research-agent");
  return {
    inputs,
    outputs: outputs ?? {},
    info: { name: "research-agent", threadId: "session-42", tags: ["agent", "env:test"] },
    request: {
      model: "gpt-4o-mini",
      provider: "openai",
      name: "chat-model",
      messages: sdkRun("chat-model").inputs["messages"] as { role: string; content: string }[],
      parameters: { temperature: 0, max_tokens: 64 },
    },
    tools: { search: toolOf("search"), weather: toolOf("weather"), population: toolOf("population") },
    error: recordedError(),
  };
}

/** Hands the run to the exporter as hooks, with its own times. */
export function playRecordedHooks(exporter: LangsmithExporter, accept: (...results: HookResult[]) => void): void {
  const spanIds = new Map(sdkRuns().map((run, index) => [run.id, String(index + 1).padStart(16, "0")]));
  const at: PlaceOf = (span, where) => {
    const name = NAMES[span];
    const { id, parent_run_id: parent, start_time: start, end_time: end } = sdkRun(name);
    return eventContext(spanIds.get(id) ?? "", parent === undefined ? undefined : spanIds.get(parent), {
      timeUnixMs: where === "start" ? unixMs(start) : end,
      toolCallId: callId(name),
    });
  };
  const eventTime = (name: string): number => Date.parse(sdkRun(name).events?.[0]?.time ?? "");
  playHooks(exporter, accept, researchRun(), at, {
    actionUnixMs: eventTime("research-agent"),
    timeToFirstTokenMs: eventTime("chat-model") - unixMs(sdkRun("chat-model").start_time),
  });
}

export function playRecordedAgent(manager: TelemetryManager): void {
  playAgent(manager, researchRun());
}

function toolOf(name: string): RecordedTool {
  const { inputs, outputs } = sdkRun(name);
  return { input: JSON.stringify(inputs), output: JSON.stringify(outputs ?? null), toolCallId: callId(name) };
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
