import { expect, it } from "vitest";
import { Board } from "../src/board.ts";
import { plainLine } from "../src/plain-lines.ts";
import { AgentEvents } from "./support/agent-events.ts";

it("says in lines what happens to runs, tools and the agent", () => {
  const { events } = new AgentEvents()
    .raw({ type: "status", content: "Starting" })
    .raw({ type: "thinking", content: "..." })
    .raw({ type: "thinking", content: "a print\u001b[2J of the agent\n" })
    .startRun("a", "Can you help me?")
    .startRun("b", "Bonjour !")
    .answer("a", "a1", "Yes")
    .startTool("b", "b1", "cancel", "{}")
    .failTool("b", "b1", "cancel", "not found")
    .endAnswer("a", "a1")
    .endRun("a")
    .failRun("b", "gave up");
  const board = new Board();
  const lines = events.flatMap((event, index) => {
    board.apply(event, 0);
    return plainLine(event, board, index * 1000) ?? [];
  });
  expect(lines).toEqual([
    " 0:00  status  Starting",
    " 0:02  print   a print of the agent",
    " 0:03  run     a: Can you help me?",
    " 0:04  run     b: Bonjour !",
    " 0:08  tool    b: cancel failed: not found",
    " 0:10  run     a succeeded  1 LLM call, 0 tool calls, 1 token, 0.7 s",
    " 0:11  run     b failed: gave up  0 LLM calls, 1 tool call (1 failed), 0 tokens, 0.7 s",
  ]);
});
