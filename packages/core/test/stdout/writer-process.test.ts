import { closeSync, openSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StdoutHealth } from "../../src/health.ts";
import { readAll, readSlowly, startAgent } from "../support/agent-process.ts";
import { contentOf, parseEvents, parseLine, splitLines } from "../support/event-lines.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Streamed {
  readonly emitted: number;
  readonly health: StdoutHealth;
  readonly heapBytes: number;
}

const dropped = (health: StdoutHealth): number =>
  Object.values(health.droppedBy).reduce((sum, count) => sum + count, 0);

describe.each(["fifo", "socket"] as const)("a reader at the other end of a %s", (stdout) => {
  it("that stops for a while does not stop the agent, and loses nothing that fits into the buffer", async () => {
    const agent = startAgent("stdout/agents/streams.mjs", { stdout, args: ["2000", "20", "0"] });
    // The agent has gone through all its turns while nobody read: had one write blocked, it could not say so.
    const { emitted, health } = await agent.report<Streamed>();
    expect(health.bufferedBytes).toBeGreaterThan(1_000_000);
    agent.go();
    const [text, end] = await Promise.all([readSlowly(agent.stdout), agent.ended]);
    const events = parseEvents(text);
    expect(contentOf(events, "delta")).toBe(Array.from({ length: emitted }, (_, index) => ` token ${index}`).join(""));
    expect(events.at(-1)).toEqual({ type: "final", content: "the answer", format: "markdown" });
    expect(await agent.report<StdoutHealth>()).toEqual({ written: events.length, droppedBy: {}, bufferedBytes: 0 });
    expect(end).toEqual({ code: 0, signal: null, stderr: "" });
  });

  it("that stops for long costs bounded memory and counted tokens, not the answer", async () => {
    const agent = startAgent("stdout/agents/streams.mjs", { stdout, args: ["3000", "100", "1000000"] });
    const { emitted, health, heapBytes } = await agent.report<Streamed>();
    expect(emitted).toBe(300_000);
    expect(heapBytes).toBeLessThan(60_000_000);
    expect(health.bufferedBytes).toBeLessThanOrEqual(1_004_096);
    agent.go();
    const events = parseEvents(await readAll(agent.stdout));
    const last = await agent.report<StdoutHealth>();
    expect(last.written).toBe(events.length);
    expect(events.length + dropped(last)).toBe(emitted + 1);
    expect(Object.keys(last.droppedBy)).toEqual(["delta"]);
    expect(events.at(-1)?.content).toBe("the answer");
    const numbers = events.slice(0, -1).map(({ content }) => Number(/\d+/.exec(String(content))?.[0]));
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });

  it.each([
    ["ends by itself", "natural", 0],
    ["calls process.exit", "exit", 7],
    ["throws", "throw", 1],
  ])("gets everything from an agent that %s right after emitting", async (_, end, code) => {
    const agent = startAgent("stdout/agents/ends.mjs", { stdout, args: [end, "5000"] });
    const events = parseEvents(await readSlowly(agent.stdout));
    expect(events).toHaveLength(5001);
    expect(events.at(-1)?.content).toBe("the answer");
    expect((await agent.ended).code).toBe(code);
  });

  it("that never reads holds the end of the agent for the deadline and no longer", async () => {
    const agent = startAgent("stdout/agents/ends.mjs", {
      stdout,
      args: ["exit", "5000"],
      env: { CHARM_TELEMETRY_SHUTDOWN_MS: "200" },
    });
    const health = await agent.report<StdoutHealth>();
    const [text, { code }] = await Promise.all([readAll(agent.stdout), agent.ended]);
    expect(code).toBe(7);
    expect(health.bufferedBytes).toBeGreaterThan(0);
    expect(splitLines(text)).toHaveLength(health.written);
  });

  it("is left to the manager at the end, where there is one", async () => {
    const agent = startAgent("stdout/agents/ends.mjs", { stdout, args: ["managed", "5000"] });
    const health = await agent.report<StdoutHealth>();
    expect(health.bufferedBytes).toBeGreaterThan(0);
    expect(splitLines(await readAll(agent.stdout))).toHaveLength(health.written);
  });

  it("that goes away changes nothing for the agent, its exit code included", async () => {
    const agent = startAgent("stdout/agents/outlives-reader.mjs", { stdout });
    await agent.report();
    agent.stdout.destroy();
    await new Promise((resolve) => agent.stdout.once("close", resolve));
    agent.go();
    const health = await agent.report<StdoutHealth>();
    expect(health).toMatchObject({ written: 1, droppedBy: { delta: 1000, error: 1 }, bufferedBytes: 0 });
    expect(health.closedBy).toMatch(/^(EPIPE|ECONNRESET)$/);
    expect(await agent.ended).toEqual({ code: 5, signal: null, stderr: "" });
  });

  it("gets whole events and whole prints of 200 KB, however slowly it reads", async () => {
    const agent = startAgent("stdout/agents/prints.mjs", { stdout, args: ["20", "200000", "natural"] });
    const lines = splitLines(await readSlowly(agent.stdout));
    const prints = lines.filter((line) => line.startsWith("print "));
    expect(prints).toEqual(Array.from({ length: 20 }, (_, index) => `print ${index} ${"x".repeat(200_000)} end`));
    const events = lines.filter((line) => !line.startsWith("print ")).map((line) => parseLine(line));
    expect(events.map((event) => event?.content)).toEqual([
      "before the first print",
      ...Array.from({ length: 20 }, (_, index) => [`event ${index}`, `event ${index} again\n`]).flat(),
      "the answer",
    ]);
    expect((await agent.ended).code).toBe(0);
  });

  it("gets every event of an agent that exits while its own prints wait: Node cuts those", async () => {
    const agent = startAgent("stdout/agents/prints.mjs", { stdout, args: ["20", "200000", "exit"] });
    const lines = splitLines(await readSlowly(agent.stdout));
    const events = lines.map((line) => parseLine(line)).filter((event) => event !== undefined);
    expect(events).toHaveLength(42);
    expect(lines.filter((line) => line.includes("__CHARM_EVENT__", 1))).toEqual([]);
  });
});

describe("a pipe", () => {
  it("keeps its flags, which others share, until the agent itself prints", async () => {
    const agent = startAgent("stdout/agents/prints.mjs", { stdout: "fifo", args: ["1", "10", "natural"] });
    agent.stdout.resume();
    const { before, after } =
      await agent.report<Record<"before" | "after", { isNonBlocking: boolean; getter: string }>>();
    expect(before.isNonBlocking).toBe(false);
    // Node's own getter is back once it has been used.
    expect(after).toEqual({ isNonBlocking: true, getter: "getStdout" });
  });

  it("mixes no event with what another process writes to it", async () => {
    // As in the cloud: a shell writes to the same pipe, from the background, all the time.
    const shell = `i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo '::CHARM_EVENT::{"type":"thinking","content":"beat"}'; done & "$@"; wait`;
    const agent = startAgent("stdout/agents/ends.mjs", { stdout: "fifo", args: ["natural", "20000"], shell });
    const events = parseEvents(await readSlowly(agent.stdout));
    const beats = events.filter(({ content }) => content === "beat");
    expect(beats).toHaveLength(5000);
    expect(events).toHaveLength(25_001);
    expect((await agent.ended).stderr).toBe("");
  });

  it("that may not be opened again is written to through fd 1, without blocking", async () => {
    const agent = startAgent("stdout/agents/streams.mjs", {
      stdout: "fifo",
      args: ["2000", "20", "0"],
      nodeArgs: ["--import", new URL("./agents/refuses-proc.mjs", import.meta.url).href],
    });
    const { emitted } = await agent.report<Streamed>();
    agent.go();
    expect(parseEvents(await readSlowly(agent.stdout))).toHaveLength(emitted + 1);
  });
});

describe("a file", () => {
  it("gets events and prints after what it holds already", async () => {
    const path = join(temporaryFolder(), "out");
    const fd = openSync(path, "w");
    const agent = startAgent("stdout/agents/prints.mjs", {
      stdout: fd,
      args: ["5", "9000", "natural"],
      shell: `echo 'first line'; "$@"; echo 'last line'`,
    });
    closeSync(fd);
    expect(await agent.ended).toMatchObject({ code: 0, stderr: "" });
    const lines = splitLines(readFileSync(path, "latin1"));
    expect([lines[0], lines.at(-1)]).toEqual(["first line", "last line"]);
    expect(lines.filter((line) => line.startsWith("print ") && line.endsWith(" end"))).toHaveLength(5);
    expect(lines.map((line) => parseLine(line)).filter((event) => event !== undefined)).toHaveLength(12);
    expect(lines).toHaveLength(2 + 5 + 12);
  });

  it("on a full disk costs events, which are counted, and goes on when there is room again", async () => {
    const path = join(temporaryFolder(), "out");
    const fd = openSync(path, "a");
    // A limit on the size of files acts like a full disk: one write is cut, the next refused.
    const agent = startAgent("stdout/agents/fills-disk.mjs", { stdout: fd, shell: `ulimit -f 16; exec "$@"` });
    closeSync(fd);
    const { emitted, health } = await agent.report<Streamed>();
    const size = statSync(path).size;
    const before = readFileSync(path, "latin1").split("\n");
    expect(parseLine(before.at(-1) ?? "")).toBeUndefined(); // the line that was cut
    expect(health.written).toBe(before.length - 1);
    expect(health.written + dropped(health)).toBe(emitted + 1);
    expect(health).toMatchObject({ droppedBy: { final: 1 }, bufferedBytes: 0 });

    truncateSync(path, size - 4000);
    agent.go();
    expect((await agent.report<StdoutHealth>()).written).toBe(health.written + 1);
    expect((await agent.ended).code).toBe(4);
    const after = splitLines(readFileSync(path, "latin1"));
    expect(parseLine(after.at(-1) ?? "")).toMatchObject({ type: "final", content: "the answer" });
    expect(after.at(-1)).toMatch(/^__CHARM_EVENT__/);
  });

  it("that refuses every byte never throws into the agent", async () => {
    const fd = openSync("/dev/full", "w");
    const agent = startAgent("stdout/agents/ends.mjs", { stdout: fd, args: ["exit", "1000"] });
    closeSync(fd);
    const health = await agent.report<StdoutHealth>();
    expect(health).toEqual({ written: 0, droppedBy: { thinking: 1000, final: 1 }, bufferedBytes: 0 });
    expect(await agent.ended).toEqual({ code: 7, signal: null, stderr: "" });
  });
});
