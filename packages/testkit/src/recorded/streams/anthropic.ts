import { z } from "zod";
import { parseLines } from "../import-file.ts";
import type { RecordingLine } from "../import-file.ts";
import type { LlmStep } from "../recorded-run.ts";
import { anthropicUsage, anthropicUsageShape } from "../usage.ts";
import type { AnthropicUsage } from "../usage.ts";
import { asText, StepBuilder } from "./step-builder.ts";

const block = z.object({
  type: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
});

const delta = z.object({
  type: z.string().optional(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  partial_json: z.string().optional(),
  stop_reason: z.string().nullish(),
});

const event = z.object({
  type: z.string(),
  index: z.number().optional(),
  message: z.object({ model: z.string(), content: z.array(z.unknown()), usage: anthropicUsageShape }).optional(),
  content_block: block.optional(),
  delta: delta.optional(),
  usage: anthropicUsageShape.optional(),
  error: z.object({ type: z.string(), message: z.string() }).optional(),
});

type AnthropicEvent = z.output<typeof event>;
type Block = z.output<typeof block>;

/** Anthropic's Messages. One step per message. */
export function readAnthropic(lines: readonly RecordingLine[], provider: string): LlmStep[] {
  const messages: MessageReader[] = [];
  for (const piece of parseLines(event, lines)) {
    if (piece.message !== undefined || messages.length === 0) messages.push(new MessageReader(provider, piece.message));
    messages.at(-1)?.read(piece);
  }
  return messages.filter((message) => message.isOfTheModel).map((message) => message.build());
}

class MessageReader {
  readonly #step: StepBuilder;
  #usage: AnthropicUsage;
  /**
   * False for messages of a program that the provider runs: they come whole, without a stream, and no token was spent
   * on them.
   */
  readonly isOfTheModel: boolean;

  constructor(provider: string, message: AnthropicEvent["message"]) {
    this.#step = new StepBuilder(provider);
    this.#step.model(message?.model);
    this.#usage = message?.usage ?? {};
    this.isOfTheModel = (message?.content.length ?? 0) === 0;
  }

  read({ type, index = 0, content_block: opened, delta: piece, usage, error }: AnthropicEvent): void {
    if (type === "content_block_start" && opened !== undefined) this.#open(index, opened);
    if (type === "content_block_delta" && piece !== undefined) this.#add(index, piece);
    if (type === "message_delta") this.#step.finish(piece?.stop_reason);
    // Each usage is a running total; a later one may name only what has changed.
    if (usage !== undefined) this.#usage = { ...this.#usage, ...usage };
    if (error !== undefined) this.#step.fail({ name: error.type, message: error.message });
  }

  build(): LlmStep {
    if (Object.keys(this.#usage).length > 0) this.#step.usage(anthropicUsage(this.#usage));
    return this.#step.build();
  }

  #open(index: number, opened: Block): void {
    if (opened.type.endsWith("tool_use")) {
      const given = asText(opened.input);
      this.#step.toolCall(index, opened.id ?? `call-${index}`, opened.name ?? "unknown", given === "{}" ? "" : given);
    } else if (opened.type.endsWith("_tool_result")) {
      const output = asText(opened.content);
      this.#step.toolResult(
        opened.tool_use_id ?? "",
        isErrorContent(opened.content) ? { error: { name: "ToolError", message: output } } : { output },
      );
    }
  }

  #add(index: number, { type, text, thinking, partial_json: input }: z.output<typeof delta>): void {
    if (type === "text_delta") this.#step.text(text);
    else if (type === "thinking_delta") this.#step.reasoning(thinking);
    else if (type === "input_json_delta") this.#step.toolInput(index, input ?? "");
  }
}

const errorContent = z.object({ type: z.string().endsWith("_error") });

function isErrorContent(content: unknown): boolean {
  return errorContent.safeParse(content).success;
}
