import { describe, expect, it } from "vitest";
import { formatTable } from "../src/table.ts";
import { Terminal, wrapText } from "../src/terminal.ts";

function terminal(isTTY: boolean, environment: NodeJS.ProcessEnv = {}, columns = 80): Terminal {
  const sink = { write: () => true, isTTY, columns };
  return new Terminal({ directory: "/", environment, stdout: sink, stderr: sink });
}

describe("colours", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ])("with a terminal %j and %j are %j", (isTTY, environment, expected) => {
    expect(terminal(isTTY, environment).hasColours).toBe(expected);
    expect(terminal(isTTY, environment).style("red", "x")).toBe(expected ? "\u001b[31mx\u001b[39m" : "x");
  });
});

describe("lines", () => {
  it("are wrapped between words, those that follow indented", () => {
    expect(wrapText("one two three four", 9, 2)).toBe("one two\n  three\n  four");
  });

  it("keep words that are longer than they are", () => {
    expect(wrapText("see packages/registry/README.md there", 10, 0)).toBe("see\npackages/registry/README.md\nthere");
  });

  it("do not count colours", () => {
    expect(wrapText("\u001b[31mone\u001b[39m two", 7, 0)).toBe("\u001b[31mone\u001b[39m two");
  });

  it("stay whole where nobody looks", () => {
    const text = "word ".repeat(100).trim();
    expect(terminal(false).wrap(text)).toBe(text);
    expect(terminal(true).wrap(text)).toContain("\n");
  });
});

describe("tables", () => {
  it("have columns as wide as they have to be", () => {
    expect(formatTable(["a", "state"], [["long", "ok"], ["b"]], terminal(false))).toBe("a     state\nlong  ok\nb");
  });

  it("wrap their last column where the terminal ends", () => {
    const table = formatTable(
      ["a", "b"],
      [["x".repeat(18), "word ".repeat(10)]],
      terminal(true, { NO_COLOR: "1" }, 40),
    );
    expect(table.split("\n").slice(1)).toEqual([
      `${"x".repeat(18)}  word word word word`,
      `${" ".repeat(20)}word word word word`,
      `${" ".repeat(20)}word word`,
    ]);
  });

  it("put it below where there is no room beside", () => {
    const row = ["x".repeat(30), "word ".repeat(8).trim()];
    expect(
      formatTable(["a", "b"], [row], terminal(true, { NO_COLOR: "1" }, 40))
        .split("\n")
        .slice(1),
    ).toEqual(["x".repeat(30), "    word word word word word word word", "    word"]);
  });
});
