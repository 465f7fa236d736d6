import { z } from "zod";
import { parseLines } from "../import-file.ts";
import type { RecordingLine } from "../import-file.ts";
import type { LlmStep } from "../recorded-run.ts";
import { chatUsage, chatUsageShape } from "../usage.ts";
import { StepBuilder } from "./step-builder.ts";

const toolCall = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }),
});

/** Mistral's reasoning models send a list of parts in place of a text. */
const part = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("thinking"), thinking: z.array(z.object({ text: z.string() })) }),
]);

const delta = z.object({
  content: z.union([z.string(), z.array(part)]).nullish(),
  reasoning: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
});

const choice = z.object({ delta: delta.nullish(), text: z.string().nullish(), finish_reason: z.string().nullish() });

const event = z.object({
  id: z.string(),
  model: z.string(),
  choices: z.array(choice),
  usage: chatUsageShape.nullish(),
});

type ChatEvent = z.output<typeof event>;

/** OpenAI's chat completions and its imitators (Azure, Groq, Mistral, xAI, DeepSeek), and the older text completions. */
export function readChat(lines: readonly RecordingLine[], provider: string): LlmStep[] {
  const steps = new Map<string, StepBuilder>();
  const events = parseLines(event, lines);
  const first = events.find(({ id }) => id !== "")?.id ?? "";
  for (const piece of events) {
    const id = piece.id || first; // Azure opens with an event that has none
    const step = steps.get(id) ?? new StepBuilder(provider);
    steps.set(id, step);
    readEvent(piece, step);
  }
  return [...steps.values()].map((step) => step.build());
}

function readEvent({ model, choices, usage }: ChatEvent, step: StepBuilder): void {
  step.model(model);
  for (const { delta: piece, text, finish_reason: finishReason } of choices) {
    step.text(text);
    if (piece) readDelta(piece, step);
    step.finish(finishReason);
  }
  if (usage) step.usage(chatUsage(usage));
}

function readDelta(
  { content, reasoning, reasoning_content: reasoningContent, tool_calls: calls }: z.output<typeof delta>,
  step: StepBuilder,
): void {
  step.reasoning(reasoning ?? reasoningContent);
  if (typeof content === "string") step.text(content);
  for (const piece of Array.isArray(content) ? content : []) {
    if (piece.type === "text") step.text(piece.text);
    else for (const { text } of piece.thinking) step.reasoning(text);
  }
  (calls ?? []).forEach(({ index, id, function: { name, arguments: input } }, position) => {
    const key = index ?? position;
    if (name) step.toolCall(key, id ?? `call-${key}`, name, input ?? "");
    else step.toolInput(key, input ?? "");
  });
}
