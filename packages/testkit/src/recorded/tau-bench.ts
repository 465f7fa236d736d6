import type { LlmMessage } from "@charm/telemetry-core";
import { z } from "zod";
import { parseShape } from "./import-file.ts";
import type { RecordingFile } from "./import-file.ts";
import type { LlmStep, RecordedRun, RecordedStep, ToolUse } from "./recorded-run.ts";
import { tokenize } from "./tokenize.ts";

const toolCall = z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) });

const message = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "user"]), content: z.string() }),
  z.object({ role: z.literal("assistant"), content: z.string().nullable(), tool_calls: z.array(toolCall).nullish() }),
  z.object({ role: z.literal("tool"), tool_call_id: z.string(), name: z.string(), content: z.string() }),
]);

const records = z.array(z.object({ task_id: z.int(), trial: z.int(), reward: z.number(), traj: z.array(message) }));

type Message = z.output<typeof message>;

/**
 * Reads conversations of tau-bench: an airline's or a shop's agent, its tools, and a simulated customer.
 *
 * A run has failed when its reward is below 1; a tool call, when its result starts with `Error`.
 */
export function importTauBench({ path, text }: RecordingFile): RecordedRun[] {
  const model = path.startsWith("gpt-4o") ? "gpt-4o" : "unknown";
  return parseShape(records, text, path).map(({ task_id: taskId, trial, reward, traj }): RecordedRun => {
    const failed = reward < 1;
    return {
      source: "tau-bench",
      id: `task-${taskId}-trial-${trial}`,
      inputs: { input: textOf(traj.find(({ role }) => role === "user")), taskId, trial },
      outputs: {
        output: textOf(traj.findLast(({ role, content }) => role === "assistant" && content !== null)),
        reward,
      },
      failed,
      ...(failed ? { error: { name: "TaskFailed", message: `The task was not solved: reward ${reward} of 1.` } } : {}),
      steps: stepsOf(traj, model),
    };
  });
}

function stepsOf(messages: readonly Message[], model: string): RecordedStep[] {
  const steps: RecordedStep[] = [];
  let gained: LlmMessage[] = [];
  messages.forEach((said, index) => {
    if (said.role === "assistant") {
      const step = llmStep(said, gained, model);
      steps.push(step);
      gained = [];
      const calls = toolUses(step, messages.slice(index + 1));
      if (calls.length > 0) steps.push({ type: "tools", calls });
    } else if (said.role === "tool") {
      gained.push({ role: "tool", content: said.content, toolCallId: said.tool_call_id });
    } else {
      gained.push({ role: said.role, content: said.content });
    }
  });
  return steps;
}

function llmStep(said: Message & { role: "assistant" }, messages: LlmMessage[], model: string): LlmStep {
  const tokens = tokenize(said.content ?? "");
  const toolCalls = (said.tool_calls ?? []).map((call) => ({
    id: call.id,
    name: call.function.name,
    input: call.function.arguments,
    afterTokens: tokens.length,
  }));
  return {
    type: "llm",
    model,
    provider: "openai",
    messages,
    tokens,
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    finishReason: toolCalls.length === 0 ? "stop" : "tool_calls",
  };
}

/** The calls of one answer that have a result among the messages that follow it at once. */
function toolUses({ toolCalls = [] }: LlmStep, following: readonly Message[]): ToolUse[] {
  const end = following.findIndex(({ role }) => role !== "tool");
  const results = new Map(
    following
      .slice(0, end === -1 ? following.length : end)
      .flatMap((result) => (result.role === "tool" ? [[result.tool_call_id, result.content] as const] : [])),
  );
  return toolCalls.flatMap(({ id, name, input }): ToolUse[] => {
    const content = results.get(id);
    if (content === undefined) return [];
    return [
      content.startsWith("Error")
        ? { id, name, input, error: { name: "ToolError", message: content } }
        : { id, name, input, output: content },
    ];
  });
}

function textOf(said: Message | undefined): string {
  return said?.content ?? "";
}
