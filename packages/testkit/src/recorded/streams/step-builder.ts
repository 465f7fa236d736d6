import type { LlmUsage } from "@charm/telemetry-core";
import type { LlmStep, RecordedError, RecordedToolResult } from "../recorded-run.ts";

interface OpenCall {
  readonly id: string;
  readonly name: string;
  input: string;
  readonly afterTokens: number;
}

/** Puts one LLM step together from the pieces of a stream. */
export class StepBuilder {
  readonly #provider: string;
  #model = "unknown";
  readonly #tokens: string[] = [];
  readonly #reasoning: string[] = [];
  /** By the provider's own key of a call in its stream. */
  readonly #calls = new Map<string | number, OpenCall>();
  readonly #results: RecordedToolResult[] = [];
  #usage: LlmUsage | undefined;
  #finishReason: string | undefined;
  #error: RecordedError | undefined;

  constructor(provider: string) {
    this.#provider = provider;
  }

  model(name: string | null | undefined): void {
    if (name) this.#model = name;
  }

  text(piece: string | null | undefined): void {
    if (piece) this.#tokens.push(piece);
  }

  reasoning(piece: string | null | undefined): void {
    if (piece) this.#reasoning.push(piece);
  }

  toolCall(key: string | number, id: string, name: string, input = ""): void {
    this.#calls.set(key, { id, name, input, afterTokens: this.#tokens.length });
  }

  toolInput(key: string | number, piece: string): void {
    const call = this.#calls.get(key);
    if (call !== undefined) call.input += piece;
  }

  toolResult(toolCallId: string, outcome: Pick<RecordedToolResult, "output" | "error">): void {
    this.#results.push({ toolCallId, ...outcome, afterTokens: this.#tokens.length });
  }

  usage(usage: LlmUsage): void {
    this.#usage = usage;
  }

  finish(reason: string | null | undefined): void {
    if (reason) this.#finishReason = reason;
  }

  /** The first one counts: providers repeat it when they close the stream. */
  fail(error: RecordedError): void {
    this.#error ??= error;
  }

  build(): LlmStep {
    const toolCalls = [...this.#calls.values()].map((call) => ({
      ...call,
      input: call.input === "" ? "{}" : call.input,
    }));
    return {
      type: "llm",
      model: this.#model,
      provider: this.#provider,
      tokens: this.#tokens,
      ...(this.#reasoning.length === 0 ? {} : { reasoning: this.#reasoning }),
      ...(toolCalls.length === 0 ? {} : { toolCalls }),
      ...(this.#results.length === 0 ? {} : { toolResults: this.#results }),
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      ...(this.#finishReason === undefined ? {} : { finishReason: this.#finishReason }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }
}

/** What a tool was given or gave back: text as it is, anything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
