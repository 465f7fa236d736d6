import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import type { Board, CallView, RunView } from "./board.ts";
import { clock, count, number, oneLine, pad, seconds } from "./text.ts";
import type { Paint } from "./text.ts";

export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly elapsedMs: number;
  readonly tokensPerSecond: number;
  /** What the agent runs against, for the first line. */
  readonly title: string;
  readonly paint: Paint;
}

const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const SPINNER_MS = 80;
const MAX_COLUMNS = 110;
const TITLE_COLUMNS = 13;
const LIVE_COLUMNS = 70;

/** The live view: a line for each run, and below those that are under way their newest calls. Never higher than `rows`. */
export function renderBoard(board: Board, frame: Frame): string[] {
  const width = Math.min(frame.columns, MAX_COLUMNS);
  const head = headLines(board, frame);
  const notes = board.notes.slice(-2).map((note) => frame.paint("yellow", `! ${note}`));
  // The last row stays free for the cursor.
  const room = Math.max(1, frame.rows - head.length - notes.length - 1);
  const fit = (lines: readonly string[]): string[] => cut(lines, width).slice(0, Math.max(1, frame.rows - 1));
  for (const callCount of [3, 2, 1, 0]) {
    const body = [...board.runs.values()].flatMap((run) => runLines(run, callCount, board, frame));
    if (body.length <= room) return fit([...head, ...body, ...notes]);
  }
  return fit([...head, ...newest(board, room, frame), ...notes]);
}

/** The end of the live view, to stay on the screen: each run on a line of its own. */
export function renderOutcome(board: Board, frame: Frame): string[] {
  const runs = [...board.runs.values()].flatMap((run) => runLines(run, 0, board, frame));
  return cut([...headLines(board, frame), ...runs], Math.min(frame.columns, MAX_COLUMNS));
}

function headLines(board: Board, { elapsedMs, tokensPerSecond, title, paint }: Frame): string[] {
  const { running, succeeded, failed, llmCalls, toolCalls, toolErrors, tokens } = board.totals;
  const runs = [
    count(running + succeeded + failed, "run"),
    ...(running > 0 ? [paint("cyan", `${running} under way`)] : []),
    ...(succeeded > 0 ? [paint("green", `${succeeded} ✓`)] : []),
    ...(failed > 0 ? [paint("red", `${failed} ✗`)] : []),
  ];
  const errors = toolErrors > 0 ? ` (${paint("red", `${toolErrors} failed`)})` : "";
  const rate = running > 0 ? ` · ${number(tokensPerSecond)} tokens/s` : "";
  const columns = ["  run".padEnd(TITLE_COLUMNS + 2), "LLM", "tools", "tokens", "  time"].join("  ");
  return [
    `${paint("bold", title)}  ${paint("dim", `${clock(elapsedMs)}  ${board.status}`)}`,
    `${runs.join("  ")} · ${count(llmCalls, "LLM call")} · ${count(toolCalls, "tool call")}${errors} · ${count(tokens, "token")}${rate}`,
    "",
    paint("dim", columns),
  ];
}

function runLines(run: RunView, callCount: number, board: Board, frame: Frame): string[] {
  const line = runLine(run, board, frame);
  if (run.state !== "running") return [line];
  const calls = callCount === 0 ? [] : run.calls.slice(-callCount);
  return [line, ...calls.map((call, index) => callLine(call, index === calls.length - 1, frame))];
}

function runLine(run: RunView, board: Board, frame: Frame): string {
  const { paint } = frame;
  const time = (run.endUnixMs ?? board.latestUnixMs) - run.startUnixMs;
  const columns = [
    pad(run.title, TITLE_COLUMNS),
    pad(number(run.llmCalls), -3),
    pad(number(run.toolCalls), -5),
    pad(number(run.tokens), -6),
    paint("dim", pad(seconds(time), -6)),
  ];
  const errors = run.toolErrors === 0 ? "" : paint("red", `${count(run.toolErrors, "tool")} failed · `);
  const words = run.state === "failed" ? paint("red", run.error) : paint("dim", run.question);
  return `${mark(run.state, frame)} ${columns.join("  ")}  ${errors}${words}`;
}

function callLine(call: CallView, isLast: boolean, frame: Frame): string {
  const { paint } = frame;
  const branch = paint("dim", isLast ? "└─" : "├─");
  const name = paint(call.kind === "llm" ? "magenta" : "blue", call.name);
  const text = oneLine(call.text);
  if (call.kind === "tool") {
    const words = call.state === "failed" ? paint("red", text) : paint("dim", text);
    return `    ${branch} ${mark(call.state, frame)} ${name} ${words}`;
  }
  const start = `    ${branch} ${mark(call.state, frame)} ${name} ${paint("dim", pad(number(call.tokens), -4))}  `;
  if (call.state === "failed") return start + paint("red", text);
  // Of a text that is still coming, its end is the news.
  return (
    start + (call.state === "running" ? cliTruncate(text, LIVE_COLUMNS, { position: "start" }) : paint("dim", text))
  );
}

function mark(state: RunView["state"], { paint, elapsedMs }: Frame): string {
  if (state === "succeeded") return paint("green", "✓");
  if (state === "failed") return paint("red", "✗");
  return paint("cyan", SPINNER.charAt(Math.floor(elapsedMs / SPINNER_MS) % SPINNER.length));
}

/** Those under way, and as many of the others as there is room for. */
function newest(board: Board, room: number, frame: Frame): string[] {
  const runs = [...board.runs.values()];
  const byInterest = runs.toSorted((a, b) => Number(b.state === "running") - Number(a.state === "running"));
  const shown = new Set(byInterest.slice(0, Math.max(0, room - 1)));
  const lines = runs.filter((run) => shown.has(run)).flatMap((run) => runLines(run, 0, board, frame));
  return [...lines, frame.paint("dim", `… and ${count(runs.length - shown.size, "run")} more`)];
}

function cut(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => {
    let shown = cliTruncate(line, columns);
    // It counts some emoji as one column that take two.
    for (let limit = columns; stringWidth(shown) > columns; limit--) shown = cliTruncate(line, limit - 1);
    return shown;
  });
}
