import { expect, it } from "vitest";
import { readAll, startAgent } from "./support/agent-process.ts";

it.each(["fifo", "socket"] as const)(
  "every line that is printed to a %s is given on, and nothing else is",
  async (stdout) => {
    const agent = startAgent("agents/prints.mjs", { stdout });
    const [report, printed, { code, stderr }] = await Promise.all([agent.report(), readAll(agent.stdout), agent.ended]);
    expect(report).toEqual({
      lines: [
        "log { a: 1 }",
        "two",
        "lines",
        "windows",
        "a line in pieces",
        "ünïcödé 😀",
        "ét",
        "with a callback",
        "with an encoding and a callback",
        "piped text",
        "through pipe()",
        "through pipeline()",
        "x".repeat(100),
        "ended with text and a callback",
        "no end",
      ],
      longest: 70_000,
      thrown: "TypeError",
    });
    expect(printed).toBe("the descriptor is open\n");
    expect(stderr).toBe("stderr stays\n");
    expect(code).toBe(0);
  },
);
