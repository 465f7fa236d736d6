import { z } from "zod";
import { parseLines } from "../import-file.ts";
import type { RecordingLine } from "../import-file.ts";
import type { LlmStep } from "../recorded-run.ts";
import { responsesUsage, responsesUsageShape } from "../usage.ts";
import { asText, StepBuilder } from "./step-builder.ts";

const problem = z.object({ code: z.string().nullish(), type: z.string().nullish(), message: z.string() });

const response = z.object({
  model: z.string().nullish(),
  status: z.string().nullish(),
  usage: responsesUsageShape.nullish(),
  error: problem.nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
});

/** An item is looked at as a tool call when its type ends in `_call`; each tool names its input and output differently. */
const item = z.looseObject({
  type: z.string(),
  id: z.string().nullish(),
  call_id: z.string().nullish(),
  name: z.string().nullish(),
});

const event = z.object({
  type: z.string(),
  delta: z.string().optional(),
  item: item.optional(),
  response: response.optional(),
  error: problem.optional(),
});

type ResponsesEvent = z.output<typeof event>;
type Item = z.output<typeof item>;

/** OpenAI's Responses, also on Azure. One step per response. */
export function readResponses(lines: readonly RecordingLine[], provider: string): LlmStep[] {
  const steps: StepBuilder[] = [];
  for (const piece of parseLines(event, lines)) {
    if (piece.type === "response.created" || steps.length === 0) steps.push(new StepBuilder(provider));
    const step = steps.at(-1);
    if (step !== undefined) readEvent(piece, step);
  }
  return steps.map((step) => step.build());
}

function readEvent({ type, delta, item: part, response: whole, error }: ResponsesEvent, step: StepBuilder): void {
  step.model(whole?.model);
  if (type === "response.output_text.delta") step.text(delta);
  else if (/^response\.reasoning(_summary)?_text\.delta$/.test(type)) step.reasoning(delta);
  else if (type === "response.output_item.added" && part !== undefined) openCall(part, step);
  else if (type === "response.output_item.done" && part !== undefined) closeCall(part, step);
  else if (/^response\.(completed|incomplete|failed)$/.test(type) && whole !== undefined) close(whole, step);
  else if (type === "error" && error !== undefined) fail(error, step);
}

function openCall(opened: Item, step: StepBuilder): void {
  if (isCall(opened)) step.toolCall(keyOf(opened), idOf(opened), nameOf(opened));
}

/** The item at its end holds the whole input, and what the provider's own tools found. */
function closeCall(done: Item, step: StepBuilder): void {
  if (!isCall(done)) return;
  step.toolInput(keyOf(done), inputOf(done));
  const output = done["output"] ?? done["outputs"] ?? done["results"] ?? done["result"];
  if (done["error"]) step.toolResult(idOf(done), { error: { name: "ToolError", message: asText(done["error"]) } });
  else if (output !== undefined && output !== null) step.toolResult(idOf(done), { output: asText(output) });
}

function close(
  { status, usage, error, incomplete_details: incomplete }: z.output<typeof response>,
  step: StepBuilder,
): void {
  if (usage) step.usage(responsesUsage(usage));
  step.finish(incomplete?.reason ?? status);
  if (error) fail(error, step);
}

function fail({ code, type, message }: z.output<typeof problem>, step: StepBuilder): void {
  step.fail({ name: type ?? code ?? "ProviderError", message, ...(code ? { code } : {}) });
}

function isCall({ type }: Item): boolean {
  return type.endsWith("_call");
}

function keyOf({ id, call_id: callId, type }: Item): string {
  return id ?? callId ?? type;
}

function idOf({ id, call_id: callId, type }: Item): string {
  return callId ?? id ?? type;
}

function nameOf({ name, type }: Item): string {
  return name ?? type.replace(/_call$/, "");
}

function inputOf(done: Item): string {
  const input =
    done["arguments"] ??
    done["action"] ??
    done["operation"] ??
    done["code"] ??
    done["queries"] ??
    done["revised_prompt"];
  return input === undefined || input === null ? "" : asText(input);
}
