import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { KINDS } from "../../src/stdout/emitter.ts";
import { EVENT_TYPES } from "../../src/stdout/protocol.ts";
import type { CharmEventType } from "../../src/stdout/protocol.ts";
import { StdoutWriter } from "../../src/stdout/writer.ts";
import { splitLines } from "../support/event-lines.ts";
import { openFifo } from "../support/fifo.ts";
import type { Fifo } from "../support/fifo.ts";

const PIPE_BYTES = 64 * 1024;

function pipedWriter(bufferBytes?: number): { writer: StdoutWriter; fifo: Fifo } {
  const fifo = openFifo({ isBlocking: false });
  const writer = new StdoutWriter(bufferBytes, () => ({ fd: fifo.writeFd, isStream: false, isTouched: false }));
  onTestFinished(async () => {
    // A writer that still has something to write would write it to whoever gets the descriptor next.
    await readRest(writer, fifo);
    fifo.close();
  });
  return { fifo, writer };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function lineOf(type: string, number: number, length = 0): string {
  return `${`${type} ${number}`.padEnd(length - 1, " .")}\n`;
}

/** Reads until everything has been written. */
async function readRest(writer: StdoutWriter, fifo: Fifo): Promise<string> {
  let text = "";
  for (;;) {
    text += fifo.readAll();
    if (writer.pump()) return text + fifo.readAll();
    await turn();
  }
}

describe("a turn's lines", () => {
  it("leave when the turn ends, in order", async () => {
    const { writer, fifo } = pipedWriter();
    writer.write(KINDS.status, "one\n");
    writer.write(KINDS.delta, "two\n");
    writer.write(KINDS.final, "three\n");
    expect(fifo.readAll()).toBe("");
    await turn();
    expect(fifo.readAll()).toBe("one\ntwo\nthree\n");
    expect(writer.health()).toEqual({ written: 3, droppedBy: {}, bufferedBytes: 0 });
  });

  it("leave before it ends when there are many of them", () => {
    const { writer, fifo } = pipedWriter();
    for (let number = 0; number < 1000; number++) writer.write(KINDS.delta, lineOf("delta", number, 100));
    expect(splitLines(fifo.readAll()).length).toBeGreaterThan(600);
  });

  it("fill a pipe with whole lines only", async () => {
    const { writer, fifo } = pipedWriter();
    for (let number = 0; number < 3000; number++) writer.write(KINDS.delta, lineOf("delta", number, 37));
    await turn();
    expect(writer.health().bufferedBytes).toBeGreaterThan(0);
    const inPipe = splitLines(fifo.readAll());
    expect(inPipe.at(-1)).toBe(lineOf("delta", inPipe.length - 1, 37).trimEnd());
    expect(splitLines(await readRest(writer, fifo)).length).toBe(3000 - inPipe.length);
  });
});

describe("a reader that takes nothing", () => {
  it("costs no more memory than allowed; what matters least goes first", async () => {
    const { writer, fifo } = pipedWriter(PIPE_BYTES);
    const emitted = new Map<string, number>();
    for (let number = 0; number < 20_000; number++) {
      const type =
        number % 1000 === 0 ? "final" : number % 100 === 0 ? "status" : number % 3 === 0 ? "thinking" : "delta";
      writer.write(KINDS[type], lineOf(type, number, 100));
      emitted.set(type, (emitted.get(type) ?? 0) + 1);
      expect(writer.health().bufferedBytes).toBeLessThanOrEqual(PIPE_BYTES + 4096);
    }
    const { droppedBy } = writer.health();
    expect(Object.keys(droppedBy).toSorted()).toEqual(["delta", "thinking"]);
    const lines = splitLines(await readRest(writer, fifo));
    for (const [type, count] of emitted)
      expect(lines.filter((line) => line.startsWith(`${type} `)).length).toBe(count - (droppedBy[type] ?? 0));
    expect(writer.health().written).toBe(lines.length);
    const numbers = lines.map((line) => Number(line.split(" ")[1]));
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });

  it("costs answers and errors last", () => {
    const { writer } = pipedWriter(PIPE_BYTES);
    for (let number = 0; number < 5000; number++) writer.write(KINDS.final, lineOf("final", number, 100));
    writer.write(KINDS.delta, lineOf("delta", 0, 5000));
    writer.write(KINDS.status, lineOf("status", 0, 5000));
    const { droppedBy } = writer.health();
    expect(droppedBy).toMatchObject({ delta: 1, status: 1 });
    expect(droppedBy["final"]).toBeGreaterThan(0);
  });

  it("gets a line that is longer than all the room there is, alone", async () => {
    const { writer, fifo } = pipedWriter(PIPE_BYTES);
    writer.write(KINDS.state_update, lineOf("state_update", 0, 300_000));
    writer.write(KINDS.error, "after\n");
    const lines = splitLines(await readRest(writer, fifo));
    expect(lines.map((line) => line.length)).toEqual([299_999, "after".length]);
  });

  it("does not hold a flush longer than its time, and gets the rest with the next one", async () => {
    const { writer, fifo } = pipedWriter();
    for (let number = 0; number < 3000; number++) writer.write(KINDS.delta, lineOf("delta", number, 100));
    await writer.flush(20);
    expect(writer.health().bufferedBytes).toBeGreaterThan(0);
    writer.flushSync(performance.now() + 20);
    expect(writer.health().bufferedBytes).toBeGreaterThan(0);
    expect(splitLines(await readRest(writer, fifo)).length).toBe(3000);
  });
});

it("resolves a flush when everything is written", async () => {
  const { writer, fifo } = pipedWriter();
  for (let number = 0; number < 2000; number++) writer.write(KINDS.delta, lineOf("delta", number, 100));
  const flushed = writer.flush(20_000);
  let text = "";
  const reading = setInterval(() => (text += fifo.readAll()), 1);
  await flushed;
  clearInterval(reading);
  expect(splitLines(text + fifo.readAll()).length).toBe(2000);
});

it("writes at once what comes after the last flush of the process", () => {
  const { writer, fifo } = pipedWriter();
  writer.write(KINDS.delta, "before\n");
  writer.flushSync(performance.now());
  expect(fifo.readAll()).toBe("before\n");
  writer.write(KINDS.error, "after\n");
  expect(fifo.readAll()).toBe("after\n");
});

it("opens nothing before there is something to write", async () => {
  const writer = new StdoutWriter(PIPE_BYTES, () => {
    throw new Error("opened");
  });
  expect(writer.pump()).toBe(true);
  await writer.flush(1000);
  writer.flushSync(performance.now() + 1000);
  expect(writer.health()).toEqual({ written: 0, droppedBy: {}, bufferedBytes: 0 });
});

it("gives each line once, whole and in order, and accounts for every other, whatever the reader does", async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("write" as const),
        type: fc.constantFrom<CharmEventType>(...EVENT_TYPES),
        count: fc.integer({ min: 1, max: 400 }),
        length: fc.oneof(fc.integer({ min: 30, max: 200 }), fc.constantFrom(4096, 4097, 100_000)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("read" as const, "pump" as const, "turn" as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const fifo = openFifo({ isBlocking: false });
      const writer = new StdoutWriter(256 * 1024, () => ({ fd: fifo.writeFd, isStream: false, isTouched: false }));
      const emitted: string[] = [];
      let text = "";
      for (const { do: action, ...details } of steps) {
        if (action === "read") text += fifo.readAll();
        else if (action === "pump") writer.pump();
        else if (action === "turn") await turn();
        else {
          const { type, count, length } = details as { type: CharmEventType; count: number; length: number };
          const total = Math.min(count, Math.ceil(600_000 / length));
          for (let nth = 0; nth < total; nth++) {
            const line = lineOf(type, emitted.length, length);
            emitted.push(line);
            writer.write(KINDS[type], line);
          }
        }
        const { written, droppedBy, bufferedBytes } = writer.health();
        const gone = Object.values(droppedBy).reduce((sum, count) => sum + count, written);
        expect(bufferedBytes === 0 ? gone === emitted.length : gone < emitted.length).toBe(true);
      }
      text += await readRest(writer, fifo);
      fifo.close();

      const lines = text === "" ? [] : splitLines(text);
      const { written, droppedBy } = writer.health();
      expect(written).toBe(lines.length);
      const numbers = lines.map((line) => Number(line.split(" ", 2)[1]));
      expect(lines.filter((line, index) => `${line}\n` !== emitted[numbers[index] ?? -1])).toEqual([]);
      expect(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))).toBe(true);
      for (const type of EVENT_TYPES) {
        const count = (all: readonly string[]): number => all.filter((line) => line.startsWith(`${type} `)).length;
        expect(count(lines)).toBe(count(emitted) - (droppedBy[type] ?? 0));
      }
    }),
    { numRuns: 60 },
  );
});
