import { describe, expect, it } from "vitest";
import { readAll, startAgent } from "../support/agent-process.ts";

const ESCAPE = "\u001b";
// `script` gives the agent a terminal and copies what appears on it.
const ON_TERMINAL = `command=$(printf "'%s' " "$@"); script -qec "$command" /dev/null`;

async function shown(options: { shell?: string; env?: Record<string, string> }): Promise<string> {
  const agent = startAgent("stdout/agents/pretty.mjs", { stdout: "fifo", ...options });
  const text = Buffer.from(await readAll(agent.stdout), "latin1").toString();
  expect(await agent.ended).toEqual({ code: 0, signal: null, stderr: "" });
  return text.replaceAll("\r\n", "\n").replaceAll(/\b\d+ ms(?=[ ,]|\n)/g, "# ms");
}

describe("pretty", () => {
  it("shows a run alone, its text as it streams", async () => {
    const text = await shown({});
    const alone = text.slice(text.indexOf("● airline-agent run-cccccc"), text.indexOf("status:"));
    expect(alone).toBe(`● airline-agent run-cccccc
  → search_flights {"origin": "SFO", "destination": "JFK", "date": "2024-05-20"}
  ← search_flights # ms [{"flight_number": "HAT001"}] more more more more more more more more m…
  I found three flights.
  Which one do you take?
  ✱ model-1 # ms, first token after # ms, 812 tokens in, 96 out
  … needs book with {"flight": "HAT001"}
  → book HAT001
  ✗ book # ms no seats left
✓ airline-agent # ms, 2 tool calls, 1 model call, 812 tokens in, 96 out
● calculator run-dddddd
  The answer
  is 42.
✓ calculator # ms
`);
  });

  it("says whose line it is when runs are open side by side", async () => {
    const lines = (await shown({})).split("\n");
    const linesOf = (run: string): string[] => lines.filter((line) => line.startsWith(`${run} │ `));
    expect(linesOf("aaaaaa")).toContain("aaaaaa │   I found three flights.");
    expect(linesOf("bbbbbb").slice(-3)).toEqual([
      "bbbbbb │   ✗ book # ms no seats left",
      "bbbbbb │ ✗ hotel-agent # ms, 2 tool calls, 1 model call, 812 tokens in, 96 out",
      "bbbbbb │   gave up after 1 try",
    ]);
  });

  it("shows what the agent emits itself, and no protocol", async () => {
    const text = await shown({});
    expect(text).not.toContain("__CHARM_EVENT__");
    expect(text.slice(text.indexOf("status:"), text.indexOf("exporter "))).toBe(`status: Packing up
A print of the agent.
  Streamed text
artifact: {"name":"a.png","url":"https://example.com/a.png","mime":"image/png"}
tool_usage: {"tool":"search","count":1}
{"sum":1}
error: no blinking
`);
  });

  it("ends with what became of the events", async () => {
    expect((await shown({})).split("\n").slice(-5)).toEqual([
      "exporter  accepted  delivered  dropped  pending",
      "datadog         42         42        0        0",
      "sentry          42          0       42        0  (disabled, 42 disabled)",
      "stdout: 3 delta dropped",
      "",
    ]);
  });

  it("has colours on a terminal alone, and none of what a tool's output brings along", async () => {
    expect(await shown({})).not.toContain(ESCAPE);
    expect(await shown({ shell: ON_TERMINAL, env: { TERM: "xterm", NO_COLOR: "1" } })).not.toContain(ESCAPE);
    const coloured = await shown({ shell: ON_TERMINAL, env: { TERM: "xterm" } });
    expect(coloured).toContain(`${ESCAPE}[36m→ book${ESCAPE}[0m HAT001\n`);
    expect(coloured).toContain('[{"flight_number": "HAT001"}] more');
  });
});
