import { z } from "zod";
import { parseShape } from "./import-file.ts";
import type { RecordingFile } from "./import-file.ts";
import type { LlmStep, RecordedRun, RecordedStep, ToolUse } from "./recorded-run.ts";
import { tokenize } from "./tokenize.ts";
import { chatUsage, chatUsageShape } from "./usage.ts";

const response = z.object({
  model: z.string(),
  provider: z.string().optional(),
  usage: chatUsageShape.nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ reasoning: z.string().nullish() }),
      }),
    )
    .min(1),
});

const message = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "user"]), content: z.string() }),
  z.object({ role: z.literal("assistant"), content: z.string(), extra: z.object({ response }) }),
]);

const trajectory = z.object({
  instance_id: z.string(),
  info: z.object({ exit_status: z.string(), submission: z.string() }),
  messages: z.array(message),
});

type Message = z.output<typeof message>;
type Answer = Message & { role: "assistant" };

const ACTION = /```bash\s*\n(.*?)\n```/gs;
const RETURN_CODE = /^<returncode>(-?\d+)<\/returncode>/;
const TIMED_OUT = /^The last command .* timed out and has been killed/s;

/**
 * Reads one trajectory of mini-swe-agent: a model that solves a programming task with a shell.
 *
 * The shell command in a message is its only tool call (the format has no ids: they are made from the call's number);
 * an answer without exactly one command has none. A command fails by its exit status or by running out of time, and its
 * error's message is then the whole recorded result. A run fails when it ends otherwise than by submitting.
 */
export function importMiniSweAgent({ path, text }: RecordingFile): RecordedRun {
  const { instance_id: id, info, messages } = parseShape(trajectory, text, path);
  const failed = info.exit_status !== "Submitted";
  return {
    source: "mini-swe-agent",
    id,
    inputs: { input: messages.find(({ role }) => role === "user")?.content ?? "", instance: id },
    outputs: { output: info.submission, exitStatus: info.exit_status },
    failed,
    ...(failed ? { error: { name: info.exit_status, message: info.submission } } : {}),
    steps: stepsOf(messages),
  };
}

function stepsOf(messages: readonly Message[]): RecordedStep[] {
  const steps: RecordedStep[] = [];
  let gained: { role: string; content: string }[] = [];
  let callCount = 0;
  messages.forEach((said, index) => {
    if (said.role !== "assistant") {
      gained.push({ role: said.role, content: said.content });
      return;
    }
    const commands = [...said.content.matchAll(ACTION)].map((match) => match[1] ?? "");
    const call =
      commands.length === 1 ? { id: `bash-${++callCount}`, name: "bash", input: commands[0] ?? "" } : undefined;
    steps.push(llmStep(said, gained, call));
    gained = [];
    const result = messages[index + 1]?.content;
    if (call !== undefined && result !== undefined)
      steps.push({ type: "tools", calls: [{ ...call, ...outcomeOf(result) }] });
  });
  return steps;
}

function llmStep(
  { content, extra }: Answer,
  messages: LlmStep["messages"] & object,
  call: ToolUse | undefined,
): LlmStep {
  const { model, provider, usage, choices } = extra.response;
  const tokens = tokenize(content);
  const reasoning = choices[0]?.message.reasoning;
  const finishReason = choices[0]?.finish_reason;
  return {
    type: "llm",
    model,
    ...(provider === undefined ? {} : { provider: provider.toLowerCase() }),
    messages,
    tokens,
    ...(typeof reasoning === "string" ? { reasoning: tokenize(reasoning) } : {}),
    ...(call === undefined
      ? {}
      : { toolCalls: [{ id: call.id, name: call.name, input: call.input, afterTokens: tokens.length }] }),
    ...(usage ? { usage: chatUsage(usage) } : {}),
    ...(typeof finishReason === "string" ? { finishReason } : {}),
  };
}

function outcomeOf(result: string): Pick<ToolUse, "output" | "error"> {
  if (TIMED_OUT.test(result)) return { error: { name: "CommandTimedOut", message: result } };
  const code = RETURN_CODE.exec(result)?.[1] ?? "0";
  return code === "0" ? { output: result } : { error: { name: "CommandFailed", message: result, code } };
}
