import { describe, expect, it } from "vitest";
import { Board } from "../src/board.ts";
import { AgentEvents } from "./support/agent-events.ts";

function boardOf(agent: AgentEvents, nowMs = 0): Board {
  const board = new Board();
  for (const event of agent.events) board.apply(event, nowMs);
  return board;
}

describe("Board", () => {
  it("counts what happens in each run", () => {
    const agent = new AgentEvents()
      .startRun("a", "Hello?")
      .startRun("b", "Bonjour?")
      .answer("a", "a1", "Hi ", "there")
      .startTool("b", "b1", "search", "{}")
      .failTool("b", "b1", "search", "no such flight")
      .endAnswer("a", "a1")
      .endRun("a")
      .failRun("b", "gave up");
    const { totals, runs } = boardOf(agent);
    expect(totals).toEqual({
      running: 0,
      succeeded: 1,
      failed: 1,
      llmCalls: 1,
      toolCalls: 1,
      toolErrors: 1,
      tokens: 2,
    });
    expect(runs.get("a")).toMatchObject({ title: "a", question: "Hello?", state: "succeeded", tokens: 2 });
    expect(runs.get("b")).toMatchObject({ state: "failed", error: "gave up", toolErrors: 1 });
    expect(runs.get("b")?.calls).toMatchObject([{ name: "search", state: "failed", text: "no such flight" }]);
  });

  it("counts an event once, however many lines show it", () => {
    const agent = new AgentEvents()
      .startRun("a", "?")
      .startTool("a", "a1", "search", "x".repeat(10))
      .add("tool_start", "a", "a1", { type: "thinking", content: "the rest", tool: "search", part: 2 })
      .failRun("a", "no");
    const board = boardOf(agent);
    expect(board.read).toEqual({ events: 3, missing: 0 });
    expect(board.totals.toolCalls).toBe(1);
  });

  it("notices when a place in a run is left out", () => {
    const agent = new AgentEvents().startRun("a", "?").answer("a", "a1", "one", "two", "three").endRun("a");
    agent.events.splice(2, 2);
    expect(boardOf(agent).read).toEqual({ events: 4, missing: 2 });
  });

  it("keeps the agent's prints, without the heartbeat and npm's words", () => {
    const agent = new AgentEvents();
    for (const content of ["...", "> agent@1.0.0 start\n", "npm warn about something\n", "datadog: no key\n"])
      agent.raw({ type: "thinking", content });
    agent.raw({ type: "status", content: "Starting" });
    const board = boardOf(agent);
    expect(board.notes).toEqual(["datadog: no key"]);
    expect(board.status).toBe("Starting");
  });

  it("knows how many tokens came in the last second", () => {
    const board = new Board();
    const { events } = new AgentEvents().startRun("a", "?").answer("a", "a1", ...Array.from("0123456789"));
    events.forEach((event, index) => board.apply(event, index * 100));
    expect(board.tokensPerSecond(1100)).toBe(10);
    expect(board.tokensPerSecond(1600)).toBe(6);
    expect(board.tokensPerSecond(9000)).toBe(0);
  });

  it("ignores events of runs that it has not seen start, and events of kinds that it does not know", () => {
    const agent = new AgentEvents()
      .add("run_end", "x", "root")
      .add("something_new", "x", "root")
      .raw({ type: "delta" });
    expect(boardOf(agent).totals).toMatchObject({ running: 0, succeeded: 0 });
  });
});
