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

it("keeps order, bytes and counts, and lets the oldest of the least important go first", () => {
  const add = fc.record({
    step: fc.constant("add" as const),
    kind: fc.constantFrom(...KINDS),
    length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1000, max: 6000 })),
  });
  const other = fc.record({ step: fc.constantFrom("shift" as const, "evict" as const), importance: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(fc.oneof({ arbitrary: add, weight: 3 }, other), { maxLength: 200 }), (steps) => {
      const backlog = new Backlog();
      let model: { line: string; kind: LineKind }[] = [];
      for (const [index, step] of steps.entries()) {
        if (step.step === "add") {
          const line = `${index}`.padEnd(step.length - 1, ".").concat("\n");
          backlog.add(step.kind, line);
          model.push({ line, kind: step.kind });
        } else if (step.step === "shift") {
          const { first } = backlog;
          const shifted = model.splice(0, first?.lineCount ?? 0);
          expect(first?.text ?? "").toBe(shifted.map(({ line }) => line).join(""));
          backlog.shift();
        } else {
          const piece = backlog.evict(step.importance);
          const least = Math.min(...model.map(({ kind }) => kind.importance));
          if (piece === undefined) {
            expect(least > step.importance).toBe(true);
            continue;
          }
          expect(piece.kind.importance).toBe(least);
          const from = model.findIndex(({ kind }) => kind.importance === least);
          const gone = model.splice(from, piece.lineCount);
          expect(gone.map(({ line }) => line).join("")).toBe(piece.text);
          model = [...model];
        }
        expect(backlog.bytes).toBe(model.reduce((sum, { line }) => sum + line.length, 0));
      }
      let rest = "";
      for (let piece = backlog.first; piece !== undefined; piece = backlog.first) {
        expect(piece.lineCount === 1 || piece.text.length <= 4096).toBe(true);
        rest += piece.text;
        backlog.shift();
      }
      expect(rest).toBe(model.map(({ line }) => line).join(""));
      expect(backlog.bytes).toBe(0);
    }),
    { numRuns: 500 },
  );
});
