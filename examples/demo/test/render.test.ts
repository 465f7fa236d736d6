import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { Board } from "../src/board.ts";
import { renderBoard, renderOutcome } from "../src/render.ts";
import type { Frame } from "../src/render.ts";
import { COLOURED, PLAIN } from "../src/text.ts";
import { AgentEvents } from "./support/agent-events.ts";

const FRAME: Frame = {
  columns: 90,
  rows: 30,
  elapsedMs: 7_400,
  tokensPerSecond: 412,
  title: "airline-agent → stdout, datadog",
  paint: PLAIN,
};

function boardOf(agent: AgentEvents): Board {
  const board = new Board();
  for (const event of agent.events) board.apply(event, 0);
  return board;
}

/** One run that has succeeded, one that has failed, two under way. */
function busyAgent(): AgentEvents {
  return new AgentEvents()
    .raw({ type: "status", content: "Starting Node.js Agent..." })
    .startRun("airline-1-0", "Can you help me?")
    .startRun("airline-2-0", "Bonjour !")
    .answer("airline-1-0", "1a", "Of ", "course")
    .endAnswer("airline-1-0", "1a")
    .endRun("airline-1-0")
    .startTool("airline-2-0", "2a", "cancel_reservation", '{"id":"X"}')
    .failTool("airline-2-0", "2a", "cancel_reservation", "not found")
    .failRun("airline-2-0", "The customer's problem was not solved.")
    .startRun("airline-3-0", "I want to fly")
    .answer("airline-3-0", "3a")
    .endAnswer("airline-3-0", "3a", "tool_calls")
    .startTool("airline-3-0", "3b", "search_flights", '{"from":"JFK",\n"to":"SEA"}')
    .endTool("airline-3-0", "3b", "search_flights")
    .answer("airline-3-0", "3c", "There ", "are ", "two ", "flights")
    .startRun("airline-4-0", "Hi")
    .startTool("airline-4-0", "4a", "book", "{}")
    .raw({ type: "thinking", content: "datadog: disabled, no API key.\n" });
}

describe("the live view", () => {
  it("shows each run, and the newest calls of those under way", () => {
    expect(renderBoard(boardOf(busyAgent()), FRAME).join("\n")).toMatchSnapshot();
  });

  it("gives up calls, then finished runs, where there is little room", () => {
    const board = boardOf(busyAgent());
    expect(renderBoard(board, { ...FRAME, columns: 60, rows: 12 }).join("\n")).toMatchSnapshot("fewer calls");
    expect(renderBoard(board, { ...FRAME, columns: 60, rows: 9 }).join("\n")).toMatchSnapshot("fewer runs");
  });

  it("leaves one line for each run at the end", () => {
    expect(renderOutcome(boardOf(busyAgent()), FRAME).join("\n")).toMatchSnapshot();
  });

  it("says the same with colours", () => {
    const board = boardOf(busyAgent());
    const coloured = renderBoard(board, { ...FRAME, paint: COLOURED }).join("\n");
    expect(coloured).not.toBe(stripVTControlCharacters(coloured));
    expect(stripVTControlCharacters(coloured)).toBe(renderBoard(board, FRAME).join("\n"));
  });

  it("lets nothing that an agent says reach the terminal but printable text", () => {
    const hostile = fc.array(
      fc.constantFrom(
        "\u001b[2J",
        "\u001b]0;t\u0007",
        "\u009b1m",
        "\r",
        "\n",
        "\b",
        "\u202e",
        "\u2028",
        "日本",
        "é",
        "🌊",
        "a",
        " ",
      ),
    );
    fc.assert(
      fc.property(
        hostile,
        fc.integer({ min: 20, max: 120 }),
        fc.integer({ min: 6, max: 40 }),
        (parts, columns, rows) => {
          const text = parts.join("");
          const agent = new AgentEvents()
            .startRun(`run${text}`, text)
            .answer(`run${text}`, "s1", ...parts)
            .startTool(`run${text}`, "s2", text, text)
            .failTool(`run${text}`, "s2", text, text)
            .raw({ type: "thinking", content: text })
            .raw({ type: "status", content: text });
          const lines = renderBoard(boardOf(agent), { ...FRAME, columns, rows });
          expect(lines.join("")).not.toMatch(/\p{C}|\p{Zl}/u);
          expect(lines.length).toBeLessThan(rows);
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
