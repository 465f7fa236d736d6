import { isAbort } from "../errors.ts";
import type { EventContext, LlmRequest, LlmResponse } from "../events.ts";
import { BaseTelemetryExporter } from "../exporter.ts";
import type { StdoutHealth, TelemetryHealth } from "../health.ts";
import type { Settings } from "../settings.ts";
import { errorText, recordOf } from "../snapshot.ts";
import type { Json } from "../snapshot.ts";
import type { CharmEmitter } from "./emitter.ts";
import { FullLines } from "./full.ts";
import { PrettyPrinter } from "./pretty.ts";
import { pythonRepr } from "./python-repr.ts";

const SHOWN_OUTPUT_CODE_POINTS = 500;
/** A secret that reaches beyond does not begin in what is shown. */
const MASKED_OUTPUT_CHARACTERS = 64 * 1024;
const MIN_MASK_CHARACTERS = "[_REDACTED]".length;

/**
 * The exporter that is always on: shows the hooks on stdout, with upstream's words.
 *
 * Its arguments are snapshots; its hooks neither throw nor buffer. In mode `full` each line says which event it shows,
 * and `telemetry` lines tell what upstream does not print; in mode `pretty` people read it.
 */
export class CharmEmitterExporter extends BaseTelemetryExporter {
  readonly #emitter: CharmEmitter;
  readonly #full: FullLines | undefined;
  readonly #pretty: PrettyPrinter | undefined;

  constructor({ emitter, mode }: { readonly emitter: CharmEmitter; readonly mode: Settings["stdout"] }) {
    super();
    this.#emitter = emitter;
    this.#full = mode === "full" ? new FullLines(emitter) : undefined;
    this.#pretty = mode === "pretty" ? new PrettyPrinter(emitter) : undefined;
  }

  override onRunStart(_runId: string, inputs: Record<string, unknown>, context: EventContext): void {
    this.#full?.runStart(inputs, context);
    this.#pretty?.runStart(context);
  }

  override onRunEnd(_runId: string, outputs: Record<string, unknown>, context: EventContext): void {
    this.#full?.runEnd(outputs, context);
    this.#pretty?.runEnd(outputs, context);
  }

  override onError(_runId: string, error: Error, context: EventContext): void {
    this.#full?.runError(error, context);
    this.#pretty?.runError(error, context);
  }

  override onToolStart(toolName: string, input: string, context: EventContext): void {
    if (this.#pretty !== undefined) return this.#pretty.toolStart(toolName, input, context);
    this.#thinking(`Using Tool: ${toolName}\nInput: ${input}\n`, this.#full?.fragment("tool_start", context, toolName));
  }

  override onToolEnd(toolName: string, output: string, context: EventContext): void {
    if (this.#pretty !== undefined) return this.#pretty.toolEnd(toolName, output, context);
    // What is cut is masked first: the beginning of a secret that is cut in two would not be recognised.
    const shown =
      output.length <= SHOWN_OUTPUT_CODE_POINTS
        ? output
        : firstCodePoints(this.#emitter.mask(output.slice(0, this.#maskedCharacters())), SHOWN_OUTPUT_CODE_POINTS);
    this.#thinking(`Tool Output: ${shown}...\n`, this.#full?.fragment("tool_end", context, toolName));
  }

  override onToolError(toolName: string, error: Error, context: EventContext): void {
    if (this.#pretty !== undefined) return this.#pretty.toolError(toolName, error, context);
    // It says when the process ended, not what the tool did, and often comes after the run's last word.
    if (this.#full === undefined && isAbort(error)) return;
    this.#thinking(`Tool Error: ${errorText(error)}\n`, this.#full?.fragment("tool_error", context, toolName));
  }

  override onLlmNewToken(token: string, context: EventContext): void {
    if (token === "") return;
    if (this.#pretty !== undefined) return this.#pretty.token(token, context);
    this.#emitter.emitText("delta", token, this.#full?.fragment("llm_new_token", context));
  }

  /** @param toolInput a mapping is shown as Python shows it. */
  override onAgentAction(tool: string, toolInput: string | Json, context: EventContext): void {
    // Masked first: Python escapes quotes and backslashes in its own way.
    const shown = typeof toolInput === "string" ? toolInput : pythonRepr(this.#emitter.maskValue(toolInput));
    if (this.#pretty !== undefined) return this.#pretty.action(tool, shown, context);
    this.#thinking(
      `Thought: I need to use ${tool} with ${shown}\n`,
      this.#full?.fragment("agent_action", context, tool),
    );
  }

  override onLlmStart(request: LlmRequest, context: EventContext): void {
    this.#full?.llmStart(request, context);
    this.#pretty?.llmStart(request, context);
  }

  override onLlmEnd(response: LlmResponse, context: EventContext): void {
    this.#full?.llmEnd(response, context);
    this.#pretty?.llmEnd(response, context);
  }

  override onLlmError(error: Error, context: EventContext): void {
    this.#full?.llmError(error, context);
    this.#pretty?.llmError(error, context);
  }

  /** What upstream's wrapper prints when a run has succeeded and streamed no token. `outputs` is a snapshot. */
  emitFinal(outputs: Json, context: EventContext): void {
    if (this.#pretty !== undefined) return; // the end of the run has shown it
    const { output, content: other } = recordOf(outputs);
    const content = output ?? other ?? outputs;
    this.#emitter.emitFinal(content, this.#full?.fragment("run_end", context));
  }

  /** What upstream's wrapper prints when a run has failed. */
  emitError(error: Error, context: EventContext): void {
    if (this.#pretty !== undefined) return;
    this.#emitter.emitCut("error", errorText(error), this.#full?.fragment("error", context));
  }

  /** What became of everything, at the end of the process. */
  emitReport(health: TelemetryHealth): void {
    this.#full?.report(health);
    this.#pretty?.report(health);
  }

  health(): StdoutHealth {
    return this.#emitter.writer.health();
  }

  /** What is shown has room for so many masks, each of which may be a secret's. */
  #maskedCharacters(): number {
    return Math.max(
      MASKED_OUTPUT_CHARACTERS,
      (SHOWN_OUTPUT_CODE_POINTS / MIN_MASK_CHARACTERS) * this.#emitter.longestSecret,
    );
  }

  #thinking(text: string, fragment: string | undefined): void {
    this.#emitter.emitText("thinking", text, fragment);
  }
}

/** Python counts code points where JavaScript counts UTF-16 units. */
function firstCodePoints(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let seen = 0; seen < count && end < text.length; seen++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
