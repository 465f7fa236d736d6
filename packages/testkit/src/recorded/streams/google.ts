import { z } from "zod";
import { parseLines } from "../import-file.ts";
import type { RecordingLine } from "../import-file.ts";
import type { LlmStep } from "../recorded-run.ts";
import { googleUsage, googleUsageShape } from "../usage.ts";
import { asText, StepBuilder } from "./step-builder.ts";

const part = z.object({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  functionCall: z.object({ id: z.string().optional(), name: z.string(), args: z.unknown().optional() }).optional(),
});

const candidate = z.object({
  content: z.object({ parts: z.array(part).optional() }).optional(),
  finishReason: z.string().optional(),
});

const event = z.object({
  candidates: z.array(candidate),
  usageMetadata: googleUsageShape.optional(),
  modelVersion: z.string().optional(),
  responseId: z.string().optional(),
});

/** Google's streamGenerateContent. One step per response id. Calls without an id are numbered. */
export function readGoogle(lines: readonly RecordingLine[], provider: string): LlmStep[] {
  const steps = new Map<string, StepBuilder>();
  let callCount = 0;
  for (const { candidates, usageMetadata, modelVersion, responseId = "" } of parseLines(event, lines)) {
    const step = steps.get(responseId) ?? new StepBuilder(provider);
    steps.set(responseId, step);
    step.model(modelVersion);
    for (const { content, finishReason } of candidates) {
      for (const { text, thought, functionCall } of content?.parts ?? []) {
        if (thought === true) step.reasoning(text);
        else step.text(text);
        if (functionCall !== undefined) {
          const id = functionCall.id ?? `call-${++callCount}`;
          step.toolCall(id, id, functionCall.name, asText(functionCall.args ?? {}));
        }
      }
      step.finish(finishReason);
    }
    if (usageMetadata !== undefined) step.usage(googleUsage(usageMetadata));
  }
  return [...steps.values()].map((step) => step.build());
}
