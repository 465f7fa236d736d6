import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { LlmMessage, LlmRequest, LlmResponse } from "@charm/telemetry-core";
import type { LlmStep, RecordedError, RecordedRun, RecordedToolResult, ToolsStep, ToolUse } from "./recorded-run.ts";

/** What `playRun` needs of a `TelemetryManager`. */
export interface PlayTarget {
  startRun(inputs: Readonly<Record<string, unknown>>, options: PlayRunOptions): PlayedRun;
}

export interface PlayRunOptions {
  readonly runId?: string | undefined;
  readonly name?: string | undefined;
  readonly threadId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

export interface PlayedRun {
  readonly runId: string;
  action(tool: string, toolInput: string): void;
  startTool(
    toolName: string,
    input: string,
    options?: { toolCallId?: string | undefined; parent?: object | undefined },
  ): PlayedToolCall;
  startLlm(request: LlmRequest): PlayedLlmCall;
  end(outputs: Readonly<Record<string, unknown>>): void;
  fail(error: Error): void;
}

export interface PlayedToolCall {
  end(output: string): void;
  fail(error: Error): void;
}

export interface PlayedLlmCall {
  token(text: string): void;
  end(response: LlmResponse): void;
  fail(error: Error): void;
}

/** Milliseconds to wait, each 0 unless given. */
export interface Pace {
  /** Before each token, and before each piece of reasoning. */
  readonly tokenMs?: number;
  /** From a request to a model to its first token. */
  readonly llmMs?: number;
  /** That a tool takes. */
  readonly toolMs?: number;
}

export interface PlayOptions {
  readonly pace?: Pace;
  /** For `startRun`; the name is the recording's id and the tag its source unless given. */
  readonly run?: PlayRunOptions;
}

/**
 * Does again what a recorded agent did: starts the run, streams the model's tokens, reports each tool call that the
 * model asks for as an action, runs the tools of one answer at the same time, and ends as the recording ended.
 *
 * A call that has no result in the recording stays an action. Each LLM call is given the whole conversation so far, as
 * agents do. At least one turn of the event loop passes between two steps.
 *
 * @returns the run's id, when the run has ended.
 */
export async function playRun(
  recording: RecordedRun,
  target: PlayTarget,
  { pace = {}, run: options }: PlayOptions = {},
): Promise<string> {
  const run = target.startRun(recording.inputs, {
    name: recording.id,
    tags: [recording.source],
    metadata: { source: recording.source, recording: recording.id },
    ...options,
  });
  const player = new Player(run, recording, { tokenMs: 0, llmMs: 0, toolMs: 0, ...pace });
  for (const step of recording.steps) {
    await nextTurn();
    await (step.type === "llm" ? player.askModel(step) : player.runTools(step));
  }
  await nextTurn();
  if (recording.error === undefined) run.end(recording.outputs);
  else run.fail(errorOf(recording.error));
  return run.runId;
}

class Player {
  readonly #run: PlayedRun;
  readonly #pace: Required<Pace>;
  readonly #messages: LlmMessage[] = [];
  /** Calls of the provider's own tools whose result comes later, maybe in another answer. */
  readonly #awaited: ReadonlySet<string>;
  readonly #running = new Map<string, PlayedToolCall>();

  constructor(run: PlayedRun, { steps }: RecordedRun, pace: Required<Pace>) {
    this.#run = run;
    this.#pace = pace;
    this.#awaited = new Set(
      steps.flatMap((step) => (step.type === "llm" ? resultsOf(step) : [])).map((result) => result.toolCallId),
    );
  }

  async askModel(step: LlmStep): Promise<void> {
    this.#messages.push(...(step.messages ?? []));
    const call = this.#run.startLlm({
      model: step.model,
      ...(step.provider === undefined ? {} : { provider: step.provider }),
      ...(this.#messages.length === 0 ? {} : { messages: [...this.#messages] }),
    });
    await wait(this.#pace.llmMs);
    await wait((step.reasoning?.length ?? 0) * this.#pace.tokenMs);
    for (const [index, token] of step.tokens.entries()) {
      this.#moment(step, index, call);
      await wait(this.#pace.tokenMs);
      call.token(token);
    }
    this.#moment(step, step.tokens.length, call);
    const answer = answerOf(step);
    this.#messages.push(answer);
    if (step.error !== undefined) return call.fail(errorOf(step.error));
    call.end({
      output: [answer],
      ...(step.usage === undefined ? {} : { usage: step.usage }),
      ...(step.finishReason === undefined ? {} : { finishReason: step.finishReason }),
    });
  }

  async runTools({ calls }: ToolsStep): Promise<void> {
    await Promise.all(calls.map((use) => this.#runTool(use)));
  }

  async #runTool(use: ToolUse): Promise<void> {
    const tool = this.#run.startTool(use.name, use.input, { toolCallId: use.id });
    await wait(this.#pace.toolMs);
    finish(tool, use);
  }

  /** What happens in a stream between two tokens: calls, and results of the provider's own tools. */
  #moment(step: LlmStep, afterTokens: number, parent: PlayedLlmCall): void {
    for (const call of step.toolCalls ?? []) {
      if (call.afterTokens !== afterTokens) continue;
      this.#run.action(call.name, call.input);
      if (this.#awaited.has(call.id)) {
        this.#running.set(call.id, this.#run.startTool(call.name, call.input, { toolCallId: call.id, parent }));
      }
    }
    for (const result of resultsOf(step)) {
      const tool = result.afterTokens === afterTokens ? this.#running.get(result.toolCallId) : undefined;
      if (tool !== undefined) finish(tool, result);
    }
  }
}

function resultsOf(step: LlmStep): readonly RecordedToolResult[] {
  return step.toolResults ?? [];
}

function finish(tool: PlayedToolCall, { output = "", error }: Pick<ToolUse, "output" | "error">): void {
  if (error === undefined) tool.end(output);
  else tool.fail(errorOf(error));
}

function answerOf({ tokens, toolCalls = [] }: LlmStep): LlmMessage {
  return {
    role: "assistant",
    content: tokens.join(""),
    ...(toolCalls.length === 0
      ? {}
      : { toolCalls: toolCalls.map(({ id, name, input }) => ({ id, name, arguments: input })) }),
  };
}

function errorOf({ name, message, code }: RecordedError): Error {
  const error = new Error(message);
  error.name = name;
  return code === undefined ? error : Object.assign(error, { code });
}

async function wait(ms: number): Promise<void> {
  if (ms > 0) await delay(ms);
}
