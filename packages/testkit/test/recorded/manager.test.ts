import { BaseTelemetryExporter, TelemetryManager } from "@charm/telemetry-core";
import type { EventContext, LlmResponse } from "@charm/telemetry-core";
import { expect, test } from "vitest";
import { loadRecordings, playRun, RECORDING_SOURCES } from "../../src/index.ts";
import type { RecordedRun } from "../../src/index.ts";
import { llmSteps, sumOf, toolCalls, toolResults, toolUses } from "../support/runs.ts";

/** What an exporter is told of one run. */
interface Heard {
  text: string;
  readonly counts: Record<string, number>;
  outputTokens: number;
  readonly tools: string[];
}

class Listener extends BaseTelemetryExporter {
  readonly runs = new Map<string, Heard>();

  onRunStart(_runId: string, _inputs: Record<string, unknown>, context: EventContext): void {
    this.#heard("onRunStart", context);
  }

  onRunEnd(_runId: string, _outputs: Record<string, unknown>, context: EventContext): void {
    this.#heard("onRunEnd", context);
  }

  onError(_runId: string, _error: Error, context: EventContext): void {
    this.#heard("onError", context);
  }

  onToolStart(_toolName: string, _input: string, context: EventContext): void {
    this.#heard("onToolStart", context);
  }

  onToolEnd(_toolName: string, output: string, context: EventContext): void {
    this.#heard("onToolEnd", context).tools.push(output);
  }

  onToolError(_toolName: string, error: Error, context: EventContext): void {
    this.#heard("onToolError", context).tools.push(error.message);
  }

  onLlmNewToken(token: string, context: EventContext): void {
    this.#heard("onLlmNewToken", context).text += token;
  }

  onAgentAction(_tool: string, _toolInput: string, context: EventContext): void {
    this.#heard("onAgentAction", context);
  }

  override onLlmEnd(response: LlmResponse, context: EventContext): void {
    this.#heard("onLlmEnd", context).outputTokens += response.usage?.outputTokens ?? 0;
  }

  override onLlmError(_error: Error, context: EventContext): void {
    this.#heard("onLlmError", context);
  }

  #heard(hook: string, { runId }: EventContext): Heard {
    const heard = this.runs.get(runId) ?? { text: "", counts: {}, outputTokens: 0, tools: [] };
    this.runs.set(runId, heard);
    heard.counts[hook] = (heard.counts[hook] ?? 0) + 1;
    return heard;
  }
}

/** What there is to hear of a run. */
function expected(run: RecordedRun): Heard {
  const steps = llmSteps([run]);
  const outcomes = [...toolResults([run]), ...toolUses([run])];
  const counts = {
    onRunStart: 1,
    onRunEnd: run.failed ? 0 : 1,
    onError: run.failed ? 1 : 0,
    onToolStart: outcomes.length,
    onToolEnd: outcomes.filter(({ error }) => error === undefined).length,
    onToolError: outcomes.filter(({ error }) => error !== undefined).length,
    onLlmNewToken: sumOf(steps, ({ tokens }) => tokens.length),
    onAgentAction: toolCalls([run]).length,
    onLlmEnd: steps.filter(({ error }) => error === undefined).length,
    onLlmError: steps.filter(({ error }) => error !== undefined).length,
  };
  return {
    text: steps.flatMap(({ tokens }) => tokens).join(""),
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    outputTokens: sumOf(steps, ({ usage }) => usage?.outputTokens ?? 0),
    tools: outcomes.map(({ output, error }) => output ?? error?.message ?? "").toSorted(),
  };
}

test.each(RECORDING_SOURCES)("%s: a TelemetryManager passes every run on to its exporters whole", async (source) => {
  const listener = new Listener();
  const manager = new TelemetryManager({ stdout: false, exporters: [listener] });
  const recordings = loadRecordings(source);
  const ids: string[] = [];
  for (const recording of recordings) ids.push(await playRun(recording, manager));
  const { exporters, events } = await manager.shutdown();
  expect(exporters[0]).toMatchObject({ accepted: events.recorded, delivered: events.recorded, dropped: 0, pending: 0 });
  expect(events).toMatchObject({ truncated: 0, ignored: 0, aborted: 0 });
  for (const [index, recording] of recordings.entries()) {
    const heard = listener.runs.get(ids[index] ?? "");
    expect(heard && { ...heard, tools: heard.tools.toSorted() }).toEqual(expected(recording));
  }
});
