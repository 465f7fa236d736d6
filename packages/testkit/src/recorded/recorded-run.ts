import type { LlmMessage, LlmUsage } from "@charm/telemetry-core";

/** Where recorded runs come from. */
export const RECORDING_SOURCES = ["tau-bench", "mini-swe-agent", "ai-sdk-streams"] as const;
export type RecordingSource = (typeof RECORDING_SOURCES)[number];

/** What an agent once did, step by step, in no vendor's format. Plain data: survives JSON. */
export interface RecordedRun {
  readonly source: RecordingSource;
  /** Unique within its source. */
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The source's own verdict. */
  readonly failed: boolean;
  /** What the run ended with; on failed runs only. */
  readonly error?: RecordedError;
  /** One after another. */
  readonly steps: readonly RecordedStep[];
}

export type RecordedStep = LlmStep | ToolsStep;

/** One request to a model and its streamed answer. */
export interface LlmStep {
  readonly type: "llm";
  readonly model: string;
  /** OpenTelemetry's `gen_ai.provider.name`, such as `openai` or `x_ai`. */
  readonly provider?: string;
  /** What the conversation gained since the LLM call before, the model's own answer excluded. */
  readonly messages?: readonly LlmMessage[];
  /** The answer's text in the pieces in which it was streamed; joined, it is the text. */
  readonly tokens: readonly string[];
  /** Reasoning that the provider showed, in pieces. No part of the answer. */
  readonly reasoning?: readonly string[];
  /** Calls that the model asked for, also of tools that the provider runs itself. */
  readonly toolCalls?: readonly RecordedToolCall[];
  /** Results that arrived inside the answer, of tools that the provider ran. */
  readonly toolResults?: readonly RecordedToolResult[];
  readonly usage?: LlmUsage;
  readonly finishReason?: string;
  /** How the stream broke off. */
  readonly error?: RecordedError;
}

/** Tools that the agent ran for one answer of the model, at the same time. */
export interface ToolsStep {
  readonly type: "tools";
  readonly calls: readonly ToolUse[];
}

export interface RecordedToolCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote it: mostly JSON. */
  readonly input: string;
  /** How many of the step's tokens came before it. */
  readonly afterTokens: number;
}

/** Either `output` or `error`. */
export interface RecordedToolResult {
  readonly toolCallId: string;
  readonly output?: string;
  readonly error?: RecordedError;
  readonly afterTokens: number;
}

/** One use of a tool by the agent. Either `output` or `error`. */
export interface ToolUse {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly output?: string;
  readonly error?: RecordedError;
}

export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}
