import type { LlmUsage } from "@charm/telemetry-core";
import { z } from "zod";

/**
 * Token counts of each provider, brought to one meaning: input includes cached tokens, output includes reasoning.
 * Providers differ in exactly that, which is how tokens come to be counted twice.
 */

type Count = number | null | undefined;
const count = z.number().nonnegative().nullish();

export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens?: Count;
  readonly prompt_tokens_details?: { readonly cached_tokens?: Count } | null | undefined;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: Count } | null | undefined;
}

export const chatUsageShape: z.ZodType<ChatUsage> = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
});

/** OpenAI's chat completions, and all that imitate them. */
export function chatUsage(usage: ChatUsage): LlmUsage {
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  // xAI leaves reasoning out of completion_tokens but not out of the total; the others have it in both.
  const isLeftOut = reasoning > 0 && usage.total_tokens === usage.prompt_tokens + usage.completion_tokens + reasoning;
  return usageOf({
    input: usage.prompt_tokens,
    output: usage.completion_tokens + (isLeftOut ? reasoning : 0),
    cached: usage.prompt_tokens_details?.cached_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens,
  });
}

export interface ResponsesUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly input_tokens_details?: { readonly cached_tokens?: Count } | null | undefined;
  readonly output_tokens_details?: { readonly reasoning_tokens?: Count } | null | undefined;
}

export const responsesUsageShape: z.ZodType<ResponsesUsage> = z.object({
  input_tokens: z.number(),
  output_tokens: z.number(),
  input_tokens_details: z.object({ cached_tokens: count }).nullish(),
  output_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
});

/** OpenAI's Responses. */
export function responsesUsage(usage: ResponsesUsage): LlmUsage {
  return usageOf({
    input: usage.input_tokens,
    output: usage.output_tokens,
    cached: usage.input_tokens_details?.cached_tokens,
    reasoning: usage.output_tokens_details?.reasoning_tokens,
  });
}

interface AnthropicTokens {
  readonly input_tokens?: Count;
  readonly output_tokens?: Count;
  readonly cache_read_input_tokens?: Count;
  readonly cache_creation_input_tokens?: Count;
}

export interface AnthropicUsage extends AnthropicTokens {
  readonly output_tokens_details?: { readonly thinking_tokens?: Count } | null | undefined;
  readonly iterations?: readonly (AnthropicTokens & { readonly type: string })[] | null | undefined;
}

const anthropicTokens = {
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
};

export const anthropicUsageShape: z.ZodType<AnthropicUsage> = z.object({
  ...anthropicTokens,
  output_tokens_details: z.object({ thinking_tokens: count }).nullish(),
  iterations: z.array(z.object({ ...anthropicTokens, type: z.string() })).nullish(),
});

/** Anthropic's Messages: `input_tokens` counts neither what was read from the cache nor what was written to it. */
export function anthropicUsage(usage: AnthropicUsage): LlmUsage {
  // The totals leave out the iteration that compacted the conversation; those of an advisor are another model's.
  const compactions = (usage.iterations ?? []).filter(({ type }) => type === "compaction");
  const parts = [usage, ...compactions];
  const sum = (pick: (part: AnthropicTokens) => Count): number =>
    parts.reduce((total, part) => total + (pick(part) ?? 0), 0);
  const cached = sum((part) => part.cache_read_input_tokens);
  return usageOf({
    input: sum((part) => part.input_tokens) + sum((part) => part.cache_creation_input_tokens) + cached,
    output: sum((part) => part.output_tokens),
    cached,
    reasoning: usage.output_tokens_details?.thinking_tokens,
  });
}

export interface GoogleUsage {
  readonly promptTokenCount?: Count;
  readonly toolUsePromptTokenCount?: Count;
  readonly cachedContentTokenCount?: Count;
  readonly candidatesTokenCount?: Count;
  readonly thoughtsTokenCount?: Count;
}

export const googleUsageShape: z.ZodType<GoogleUsage> = z.object({
  promptTokenCount: count,
  toolUsePromptTokenCount: count,
  cachedContentTokenCount: count,
  candidatesTokenCount: count,
  thoughtsTokenCount: count,
});

/** Google's generateContent: thoughts are beside the candidates' tokens, prompts of server-side tools beside the prompt. */
export function googleUsage(usage: GoogleUsage): LlmUsage {
  return usageOf({
    input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    cached: usage.cachedContentTokenCount,
    reasoning: usage.thoughtsTokenCount,
  });
}

function usageOf(tokens: { input: number; output: number; cached: Count; reasoning: Count }): LlmUsage {
  return {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    totalTokens: tokens.input + tokens.output,
    ...(typeof tokens.cached === "number" ? { cachedInputTokens: tokens.cached } : {}),
    ...(typeof tokens.reasoning === "number" ? { reasoningTokens: tokens.reasoning } : {}),
  };
}
