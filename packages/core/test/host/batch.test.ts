import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOOKS } from "../../src/events.ts";
import type { EventContext, HookName } from "../../src/events.ts";
import { BatchWriter, readBatch } from "../../src/host/batch.ts";
import { HOOK_SHAPES, bytesOf, hookArguments } from "../../src/host/event.ts";
import { Masker } from "../../src/secrets.ts";
import { errorFromRecord, errorRecord } from "../../src/error-record.ts";
import { contextOf } from "../support/event-context.ts";

interface Sent {
  readonly hook: HookName;
  readonly values: readonly unknown[];
  readonly context: EventContext;
}

const text = fc.string({ unit: "binary" });
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => ({ value }));
const error = fc
  .record({ name: text, message: text, stack: text, code: fc.option(text, { nil: undefined }) })
  .map(({ code, ...fields }) => errorFromRecord({ ...fields, ...(code === undefined ? {} : { code }) }));

const context: fc.Arbitrary<EventContext> = fc
  .record({
    runId: fc.constantFrom("run-1", "run-2"),
    span: fc.constantFrom("a", "b", "c"),
    parent: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
    toolCallId: fc.option(text, { nil: undefined }),
    sequence: fc.nat({ max: 2 ** 36 }),
    timeUnixMs: fc.double({ min: 1e12, max: 2e12, noNaN: true }),
    run: fc.option(fc.record({ tags: fc.array(text), metadata: json, name: text }), { nil: undefined }),
  })
  .map(({ parent, toolCallId, run, ...rest }) =>
    contextOf({
      ...rest,
      ...(parent === undefined ? {} : { parent }),
      ...(toolCallId === undefined ? {} : { toolCallId }),
      ...(run === undefined ? {} : { run }),
    }),
  );

const sent: fc.Arbitrary<Sent> = fc.constantFrom(...HOOKS).chain((hook) => {
  const { argumentCount, error: errorAt } = HOOK_SHAPES[hook];
  const values = Array.from({ length: argumentCount }, (_, at) => (at === errorAt ? error : fc.oneof(text, json)));
  return fc.record({ hook: fc.constant(hook), values: fc.tuple(...values), context });
});

function write(writer: BatchWriter, events: readonly Sent[]): void {
  for (const { hook, values, context: where } of events) writer.add(hook, values[0], values[1], where);
}

/** What an exporter is called with, after a crossing from one thread to another. */
function cross(writer: BatchWriter, masker = new Masker()): { hook: HookName; arguments: unknown[] }[] {
  return readBatch(structuredClone(writer.take(0)), masker).map((event) => ({
    hook: event.hook,
    arguments: hookArguments(event, true),
  }));
}

describe("a batch", () => {
  it("gives exporters what was put into it: hooks, arguments, errors and contexts, in order", () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 30 }), (events) => {
        const writer = new BatchWriter();
        write(writer, events);
        expect(writer.eventCount).toBe(events.length);
        const plain = (value: unknown): unknown => (value instanceof Error ? errorRecord(value) : value);
        const given = cross(writer).map((event) => ({ ...event, arguments: event.arguments.map(plain) }));
        expect(given).toEqual(
          events.map(({ hook, values, context: where }) => ({ hook, arguments: [...values.map(plain), where] })),
        );
      }),
    );
  });

  it("starts anew after it was taken, and says which events it holds", () => {
    const writer = new BatchWriter();
    write(writer, [{ hook: "onLlmNewToken", values: ["a"], context: contextOf() }]);
    const first = writer.take(0);
    expect(writer.eventCount).toBe(0);
    expect(writer.bytes).toBe(0);
    write(writer, [{ hook: "onLlmNewToken", values: ["b"], context: contextOf({ sequence: 1 }) }]);
    const second = writer.take(1);
    expect([first.first, second.first]).toEqual([0, 1]);
    expect(second.totalBytes).toBe(2 * first.totalBytes);
    expect(readBatch(second, new Masker()).map((event) => event.values)).toEqual([["b"]]);
  });

  it("holds nothing of an event that cannot be taken", () => {
    const unreadable = Object.defineProperty({}, "member", {
      enumerable: true,
      get: () => {
        throw new RangeError("Maximum call stack size exceeded");
      },
    });
    const writer = new BatchWriter();
    writer.add("onLlmNewToken", "a", undefined, contextOf({ span: "a" }));
    const { bytes } = writer;
    expect(() => {
      writer.add("onToolStart", "name", unreadable, contextOf({ span: "b", toolCallId: "call" }));
    }).toThrow(RangeError);
    expect([writer.eventCount, writer.bytes]).toEqual([1, bytes]);
    writer.add("onToolEnd", "other", "b", contextOf({ span: "b" }));
    writer.add("onLlmNewToken", "c", undefined, contextOf({ span: "a" }));
    const given = cross(writer).map(({ arguments: values }) => values.slice(0, -1));
    expect(given).toEqual([["a"], ["other", "b"], ["c"]]);
  });

  it("writes what events share once", () => {
    const writer = new BatchWriter();
    for (let sequence = 0; sequence < 100; sequence++)
      writer.add("onLlmNewToken", "t", undefined, contextOf({ span: sequence % 2 === 0 ? "a" : "b", sequence }));
    const { values } = writer.take(0);
    expect(values).toHaveLength(100 + 2 * 5);
    expect(values.filter((value) => value === contextOf().runId)).toHaveLength(1);
  });

  it("counts the bytes of texts and of what objects hold", () => {
    const writer = new BatchWriter();
    writer.add("onLlmNewToken", "x".repeat(1000), undefined, contextOf());
    const tokens = writer.bytes;
    expect(tokens).toBeGreaterThanOrEqual(2000);
    writer.add("onRunStart", "run", { deep: [{ text: "y".repeat(5000) }] }, contextOf());
    expect(writer.bytes - tokens).toBeGreaterThanOrEqual(10_000);
    const before = writer.bytes;
    writer.add("onToolStart", "t", "", contextOf({ span: "tool", toolCallId: "z".repeat(1000) }));
    expect(writer.bytes - before).toBeGreaterThanOrEqual(2000);
    const [, , event] = readBatch(writer.take(0), new Masker());
    expect(event?.bytes).toBeGreaterThanOrEqual(2000);
    expect(bytesOf({ list: Array.from({ length: 100 }, () => 1) })).toBeGreaterThanOrEqual(800);
  });

  it("is masked where it is read: arguments, errors, run and ids", () => {
    const canary = "canary-0123456789";
    const masker = new Masker(new Map([[canary, "CANARY"]]));
    const writer = new BatchWriter();
    const where = contextOf({
      runId: `run-${canary}`,
      toolCallId: canary,
      run: { tags: [canary], metadata: { [canary]: canary }, name: canary, threadId: canary },
    });
    const inner = new Error(canary);
    write(writer, [
      { hook: "onRunStart", values: [`run-${canary}`, { [canary]: [canary] }], context: where },
      { hook: "onToolError", values: [canary, new Error(canary, { cause: inner })], context: where },
      { hook: "onLlmNewToken", values: [canary], context: where },
    ]);
    const given = cross(writer, masker).map(({ arguments: values }) =>
      values.map((value) => (value instanceof Error ? errorRecord(value) : value)),
    );
    expect(JSON.stringify(given)).not.toContain(canary);
    expect(given[2]?.[0]).toBe("[CANARY_REDACTED]");
    expect(given[0]?.[2]).toMatchObject({ runId: "run-[CANARY_REDACTED]", toolCallId: "[CANARY_REDACTED]" });
  });

  it("gives frozen contexts and values", () => {
    const writer = new BatchWriter();
    const values = ["run", { deep: { list: [1] } }] as const;
    write(writer, [{ hook: "onRunStart", values, context: contextOf({ run: { tags: ["t"] } }) }]);
    const [event] = readBatch(structuredClone(writer.take(0)), new Masker());
    const inputs = event?.values[1] as (typeof values)[1];
    const frozen = [
      event?.context,
      event?.context.run,
      event?.context.run?.tags,
      inputs,
      inputs.deep,
      inputs.deep.list,
    ];
    expect(frozen.map((value) => Object.isFrozen(value))).toEqual(frozen.map(() => true));
  });
});
