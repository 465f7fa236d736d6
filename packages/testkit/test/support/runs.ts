import type { LlmStep, RecordedRun, RecordedToolCall, RecordedToolResult, ToolUse } from "../../src/index.ts";

export function llmSteps(runs: readonly RecordedRun[]): LlmStep[] {
  return runs.flatMap(({ steps }) => steps.filter((step) => step.type === "llm"));
}

/** Calls that models asked for. */
export function toolCalls(runs: readonly RecordedRun[]): RecordedToolCall[] {
  return llmSteps(runs).flatMap((step) => step.toolCalls ?? []);
}

/** Results of the providers' own tools. */
export function toolResults(runs: readonly RecordedRun[]): RecordedToolResult[] {
  return llmSteps(runs).flatMap((step) => step.toolResults ?? []);
}

/** Tools that the agent ran. */
export function toolUses(runs: readonly RecordedRun[]): ToolUse[] {
  return runs.flatMap(({ steps }) => steps.flatMap((step) => (step.type === "tools" ? step.calls : [])));
}

export function sumOf<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}

export function codePoints(text: string): number {
  return Array.from(text).length;
}
