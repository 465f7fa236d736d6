import type { WriteStream } from "node:tty";
import type { CharmEvent } from "@charm/telemetry-runner";
import { createLogUpdate } from "log-update";
import type { Board } from "./board.ts";
import { plainLine } from "./plain-lines.ts";
import { renderBoard, renderOutcome } from "./render.ts";
import type { Frame } from "./render.ts";
import { COLOURED, PLAIN } from "./text.ts";
import type { Paint } from "./text.ts";

const REDRAW_MS = 80;
const DEFAULT_COLUMNS = 100;
const DEFAULT_ROWS = 24;

/** Shows the board to people while the agent runs. */
export interface Screen {
  readonly paint: Paint;
  readonly columns: number;
  /** To be called when the event has been applied to the board. */
  show(event: CharmEvent): void;
  /** Leaves the outcome on the screen. */
  finish(): void;
  print(text: string): void;
}

/** A live view on a terminal, and plain lines elsewhere. */
export function createScreen(stream: WriteStream, board: Board, title: string): Screen {
  const startedAt = performance.now();
  const isTerminal = stream.isTTY && process.env["TERM"] !== "dumb";
  const paint = isTerminal && stream.hasColors() ? COLOURED : PLAIN;
  const frame = (): Frame => ({
    columns: stream.columns ?? DEFAULT_COLUMNS,
    rows: stream.rows ?? DEFAULT_ROWS,
    elapsedMs: performance.now() - startedAt,
    tokensPerSecond: board.tokensPerSecond(performance.now()),
    title,
    paint,
  });
  const print = (text: string): void => void stream.write(`${text}\n`);
  const common = { paint, columns: stream.columns ?? DEFAULT_COLUMNS, print };
  if (!isTerminal) {
    return {
      ...common,
      show: (event) => {
        const line = plainLine(event, board, performance.now() - startedAt);
        if (line !== undefined) print(line);
      },
      finish: () => {},
    };
  }
  const update = createLogUpdate(stream);
  const redraw = setInterval(() => update(renderBoard(board, frame()).join("\n")), REDRAW_MS);
  return {
    ...common,
    show: () => {},
    finish: () => {
      clearInterval(redraw);
      update.clear();
      update.done();
      print(renderOutcome(board, frame()).join("\n"));
    },
  };
}
