import type { TelemetryEvent } from "@charm/telemetry-core";
import { RunBuilder } from "../../run-builder.ts";

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
