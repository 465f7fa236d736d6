import { parseEvent } from "@charm/telemetry-runner";
import type { CharmEvent } from "@charm/telemetry-runner";

/** Writes the events of runs as an agent's stdout would show them under `CHARM_TELEMETRY_STDOUT=full`. */
export class AgentEvents {
  readonly events: CharmEvent[] = [];
  readonly #next = new Map<string, number>();
  #ms = 1_700_000_000_000;

  /** Further lines of the same event: give `part`. */
  add(event: string, runId: string, spanId: string, fields: Record<string, unknown> = {}): this {
    const part = Number(fields["part"] ?? 1);
    const seq = (this.#next.get(runId) ?? 0) - (part > 1 ? 1 : 0);
    this.#next.set(runId, seq + 1);
    this.#ms += 100;
    return this.raw({ type: "telemetry", ...fields, event, run_id: runId, span_id: spanId, seq, ts: this.#ms });
  }

  raw(fields: Record<string, unknown>): this {
    const event = parseEvent(JSON.stringify(fields));
    if (event !== undefined) this.events.push(event);
    return this;
  }

  startRun(runId: string, question: string): this {
    return this.add("run_start", runId, "root", { thread_id: runId, inputs: { question } });
  }

  answer(runId: string, spanId: string, ...tokens: string[]): this {
    this.add("llm_start", runId, spanId, { model: "gpt-4o" });
    for (const token of tokens) this.add("llm_new_token", runId, spanId, { type: "delta", content: token });
    return this;
  }

  endAnswer(runId: string, spanId: string, finishReason = "stop"): this {
    return this.add("llm_end", runId, spanId, { finish_reason: finishReason });
  }

  startTool(runId: string, spanId: string, tool: string, input: string): this {
    return this.add("tool_start", runId, spanId, {
      type: "thinking",
      content: `Using Tool: ${tool}\nInput: ${input}\n`,
      tool,
    });
  }

  endTool(runId: string, spanId: string, tool: string): this {
    return this.add("tool_end", runId, spanId, { type: "thinking", content: "Tool Output: …\n", tool });
  }

  failTool(runId: string, spanId: string, tool: string, message: string): this {
    return this.add("tool_error", runId, spanId, { type: "thinking", content: `Tool Error: ${message}\n`, tool });
  }

  endRun(runId: string): this {
    return this.add("run_end", runId, "root", { outputs: {} });
  }

  /** Two lines with one number, as core writes it: the fields, and what people are shown. */
  failRun(runId: string, message: string): this {
    this.add("error", runId, "root", { message });
    return this.add("error", runId, "root", { type: "error", content: message, part: 2 });
  }
}
