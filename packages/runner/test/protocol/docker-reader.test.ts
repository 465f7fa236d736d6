import { describe, expect, it } from "vitest";
import { DockerReader } from "../../src/protocol/docker-reader.ts";

const line = (text: string): Buffer => Buffer.from(`${text}\n`);
const event = (type: string, content: unknown): Buffer => line(`__CHARM_EVENT__${JSON.stringify({ type, content })}`);

describe("DockerReader", () => {
  it("keeps the last 50 prints for the error of a failed run", () => {
    const reader = new DockerReader();
    for (let index = 0; index < 60; index++) reader.write(line(`print ${String(index).padStart(2, "0")}`));
    const [error] = reader.finish(1, 5);
    const { content } = JSON.parse(error?.slice("data: ".length) ?? "") as { content: string };
    expect(content.split("\n").slice(0, 2)).toEqual(["Execution Failed (Code 1).", "print 10"]);
    expect(content.split("\n")).toHaveLength(51);
  });

  it("points at the logs when a failed run printed nothing", () => {
    expect(new DockerReader().finish(137, 1234.6)).toEqual([
      'data: {"type": "error", "content": "Execution Failed (Code 137).\\nSee runner logs."}\n\n',
      'data: {"type": "internal_run_finished", "content": {"exit_code": 137, "duration_ms": 1235}}\n\n',
    ]);
  });

  it("compares prints with a content that is an object as Python shows it", () => {
    const reader = new DockerReader();
    reader.write(event("final", { answer: null, ok: true }));
    expect(reader.write(line("done: {'answer': None, 'ok': True}"))).toEqual([]);
    expect(reader.write(line('done: {"answer": null}'))).toHaveLength(1);
  });

  it("compares prints with None after a content that is null", () => {
    const reader = new DockerReader();
    reader.write(event("status", null));
    expect(reader.write(line("result: None"))).toEqual([]);
  });

  it("hides no print because of an event without content", () => {
    const reader = new DockerReader();
    reader.write(line('__CHARM_EVENT__{"type":"tool_usage","tool":"search","count":1}'));
    expect(reader.write(line("search"))).toHaveLength(1);
  });

  it("masks values that contain signs with a meaning in patterns and replacements", () => {
    const reader = new DockerReader({ ODD: "$&.*(x)" });
    expect(reader.write(line("a $&.*(x) b"))).toEqual([
      'data: {"type": "thinking", "content": "a [ODD_REDACTED] b\\n"}\n\n',
    ]);
  });

  it("counts a value's length in characters, not in UTF-16 units", () => {
    const reader = new DockerReader({ WAVES: "🌊🌊🌊🌊🌊", MORE: "🌊🌊🌊🌊🌊🐟" });
    expect(reader.write(line("🌊🌊🌊🌊🌊 🌊🌊🌊🌊🌊🐟")).join("")).toContain("🌊🌊🌊🌊🌊 [MORE_REDACTED]");
  });

  it("says what stands after the last newline", () => {
    const reader = new DockerReader();
    expect(reader.write(Buffer.from("whole\npart"))).toHaveLength(1);
    expect(reader.unfinishedLine).toBe("part");
    expect(reader.write(line("ial"))).toEqual(['data: {"type": "thinking", "content": "partial\\n"}\n\n']);
    expect(reader.unfinishedLine).toBe("");
  });

  it("survives an event that is nested without end", () => {
    const reader = new DockerReader();
    expect(reader.write(line(`__CHARM_EVENT__{"content":${"[".repeat(200_000)}`))).toEqual([]);
    expect(reader.write(line("still here"))).toHaveLength(1);
  });

  it("reads a long run of blanks in linear time", () => {
    const reader = new DockerReader();
    expect(reader.write(line(`a${" ".repeat(1_000_000)}b`))).toHaveLength(1);
  });
});
