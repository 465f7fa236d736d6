import type { CharmEvent } from "@charm/telemetry-runner";
import { noteOf } from "./board.ts";
import type { Board, RunView } from "./board.ts";
import { clock, count, oneLine, pad, seconds } from "./text.ts";

/**
 * What is worth a line where there is no terminal: the ends of runs, failed tools, the agent's status.
 *
 * @param event has just been applied to `board`.
 */
export function plainLine(event: CharmEvent, board: Board, elapsedMs: number): string | undefined {
  const words = wordsOf(event, board);
  return words === undefined ? undefined : `${pad(clock(elapsedMs), -5)}  ${words}`;
}

function wordsOf(event: CharmEvent, board: Board): string | undefined {
  const { type, origin, fields, content } = event;
  const note = noteOf(event);
  if (note !== undefined) return `print   ${note}`;
  if (type === "status" && origin === undefined) return `status  ${oneLine(content)}`;
  const run = board.runs.get(origin?.runId ?? "");
  if (run === undefined || origin === undefined || Number(fields["part"] ?? 1) > 1) return undefined;
  switch (origin.event) {
    case "run_start":
      return `run     ${run.title}: ${run.question}`;
    case "tool_error":
      return `tool    ${run.title}: ${oneLine(fields["tool"])} failed: ${oneLine(content).replace(/^Tool Error: /, "")}`;
    case "llm_error":
      return `model   ${run.title}: ${oneLine(fields["message"])}`;
    case "run_end":
    case "error":
      return type === "telemetry" ? endOf(run) : undefined; // what people are shown comes on a line of its own
    default:
      return undefined;
  }
}

function endOf(run: RunView): string {
  const result = run.state === "failed" ? `failed: ${run.error}` : "succeeded";
  const errors = run.toolErrors > 0 ? ` (${run.toolErrors} failed)` : "";
  const figures = [
    count(run.llmCalls, "LLM call"),
    count(run.toolCalls, "tool call") + errors,
    count(run.tokens, "token"),
  ];
  return `run     ${run.title} ${result}  ${figures.join(", ")}, ${seconds((run.endUnixMs ?? 0) - run.startUnixMs)}`;
}
