import type { TelemetryEvent } from "@charm/telemetry-core";
import { RunBuilder } from "./run-builder.ts";
import type { RunBuilderOptions } from "./run-builder.ts";

/** A run in which every hook of a run that ends well is called: a model that thinks, two tools, and an answer. */
export function sampleRun(options?: RunBuilderOptions): TelemetryEvent[] {
  const run = new RunBuilder({ run: { name: "Tides", threadId: "harbour-12", tags: ["demo"] }, ...options });
  run.start({ question: "When is high tide in Dover?", context: { days: 2, units: ["m", "ft"] } });
  const thought = run.llm({
    model: "gpt-4.1-mini",
    provider: "openai",
    messages: [{ role: "user", content: "When is high tide in Dover?" }],
    parameters: { temperature: 0.2 },
  });
  thought.token("I will ").token("look it up.");
  thought.end({
    output: "I will look it up.",
    usage: { inputTokens: 12, outputTokens: 6, totalTokens: 18 },
    finishReason: "tool_calls",
  });
  run.action("tide_table", '{"harbour":"Dover"}');
  run.tool("tide_table", '{"harbour":"Dover"}', { toolCallId: "call_1" }).end('{"high":"14:02"}');
  run.tool("weather", '{"place":"Dover"}', { toolCallId: "call_2" }).fail(new Error("the station does not answer"));
  const answer = run.llm({ model: "gpt-4.1-mini" });
  answer.token("At 14:02.");
  answer.end({ output: "At 14:02." });
  run.token(" ").end({ output: "At 14:02." });
  return run.events;
}

/** A run whose model fails, and which fails with it. */
export function failedRun(options?: RunBuilderOptions): TelemetryEvent[] {
  const run = new RunBuilder(options).start({ question: "Why?" });
  const error = new Error("the model is overloaded");
  run.llm({ model: "gpt-4.1-mini" }).fail(error);
  return run.fail(error).events;
}

export interface RunTexts {
  /** What each tool answers. */
  readonly toolOutput?: string;
  readonly tokens?: readonly string[];
  /** Each tool fails with it, and so does the run. */
  readonly error?: Error;
  /** How many tool calls there are, one after the other. */
  readonly toolCalls?: number;
}

const QUESTION = "When is high tide in Dover?";
const PLACE = '{"harbour":"Dover"}';
const TOKENS = ["High tide ", "is at ", "14:02."];

/** An agent's run: actions, tool calls, a model's answer. All ids are new. */
export function runEvents({
  toolOutput = "14:02",
  tokens = TOKENS,
  error,
  toolCalls = 1,
}: RunTexts = {}): TelemetryEvent[] {
  const run = new RunBuilder({ run: { name: "tide-agent" } });
  run.start({ question: QUESTION });
  for (let index = 1; index <= toolCalls; index++) {
    run.action("tide_table", PLACE);
    const tool = run.tool("tide_table", PLACE, { toolCallId: `call_${index}` });
    if (error === undefined) tool.end(toolOutput);
    else tool.fail(error);
  }
  const llm = run.llm({ model: "gpt-4o-mini", provider: "openai", messages: [{ role: "user", content: QUESTION }] });
  for (const token of tokens) llm.token(token);
  llm.end({ usage: { inputTokens: 42, outputTokens: 7, totalTokens: 49 }, finishReason: "stop" });
  return (error === undefined ? run.end({ answer: "14:02" }) : run.fail(error)).events;
}

/** A start and an end: for backends that fail, where each event may take an exporter a while. */
export function shortRun(): TelemetryEvent[] {
  return new RunBuilder({ run: { name: "tide-agent" } }).start({ question: QUESTION }).end({ answer: "14:02" }).events;
}
