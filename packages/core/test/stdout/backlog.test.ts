import fc from "fast-check";
import { expect, it } from "vitest";
import { Backlog } from "../../src/stdout/backlog.ts";
import type { LineKind } from "../../src/stdout/backlog.ts";

const KINDS: readonly LineKind[] = [
  { type: "delta", importance: 0 },
  { type: "thinking", importance: 0 },
  { type: "status", importance: 1 },
  { type: "final", importance: 2 },
];

const add = fc.record({
  step: fc.constant("add" as const),
  kind: fc.constantFrom(...KINDS),
  length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1000, max: 6000 })),
});
const remove = fc.record({ step: fc.constantFrom("shift" as const, "evict" as const), importance: fc.nat(2) });

/** The same without pieces. */
class Model {
  lines: { text: string; kind: LineKind }[] = [];

  get bytes(): number {
    return this.lines.reduce((sum, { text }) => sum + text.length, 0);
  }

  get leastImportance(): number {
    return Math.min(...this.lines.map(({ kind }) => kind.importance));
  }

  /** Removes lines from the first one of an importance on, and returns their text. */
  remove(importance: number, count: number): string {
    const from = this.lines.findIndex(({ kind }) => kind.importance === importance);
    return textOf(this.lines.splice(from, count));
  }
}

function textOf(lines: readonly { text: string }[]): string {
  return lines.map(({ text }) => text).join("");
}

function evict(backlog: Backlog, model: Model, importance: number): void {
  const least = model.leastImportance;
  const piece = backlog.evict(importance);
  expect(piece?.kind.importance).toBe(least > importance ? undefined : least);
  expect(piece?.text ?? "").toBe(piece === undefined ? "" : model.remove(least, piece.lineCount));
}

function shift(backlog: Backlog, model: Model): void {
  const { first } = backlog;
  expect(first === undefined || first.lineCount === 1 || first.text.length <= 4096).toBe(true);
  expect(first?.text ?? "").toBe(textOf(model.lines.splice(0, first?.lineCount ?? 0)));
  backlog.shift();
}

it("keeps order, bytes and counts, and lets the oldest of the least important go first", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ arbitrary: add, weight: 3 }, remove), { maxLength: 200 }), (steps) => {
      const backlog = new Backlog();
      const model = new Model();
      for (const [index, step] of steps.entries()) {
        if (step.step === "add") {
          const text = `${`${index}`.padEnd(step.length - 1, ".")}\n`;
          backlog.add(step.kind, text);
          model.lines.push({ text, kind: step.kind });
        } else if (step.step === "shift") shift(backlog, model);
        else evict(backlog, model, step.importance);
        expect(backlog.bytes).toBe(model.bytes);
      }
      while (backlog.first !== undefined) shift(backlog, model);
      expect(backlog.bytes).toBe(0);
      expect(model.lines).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
