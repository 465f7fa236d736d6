import fc from "fast-check";
import { expect, it } from "vitest";
import { EventQueue } from "../../src/host/event-queue.ts";
import type { HostEvent } from "../../src/host/event.ts";
import { tokenEvent } from "./support.ts";

it("is first in, first out, and knows its bytes, however it is used", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat({ max: 900 }), fc.constant(-1), fc.constant(-500))), (steps) => {
      const queue = new EventQueue();
      const model: HostEvent[] = [];
      let sequence = 0;
      for (const step of steps) {
        for (let count = 0; count < step; count++) {
          const event = tokenEvent("x".repeat(sequence % 7), sequence++);
          queue.push(event);
          model.push(event);
        }
        for (let count = 0; count > step; count--) expect(queue.shift()).toBe(model.shift());
        expect(queue.length).toBe(model.length);
        expect(queue.bytes).toBe(model.reduce((sum, event) => sum + event.bytes, 0));
      }
    }),
    { numRuns: 30 },
  );
});
