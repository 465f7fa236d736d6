import { describe, expect, it } from "vitest";
import { parseEvent, parseFrame } from "../src/events.ts";

describe("parseFrame", () => {
  it("reads an event of upstream's fields", () => {
    expect(parseFrame('data: {"type":"delta","content":"Hi"}\n\n')).toEqual({
      type: "delta",
      content: "Hi",
      origin: undefined,
      fields: { type: "delta", content: "Hi" },
    });
  });

  it("reads where and when an event happened", () => {
    const json =
      '{"type":"thinking","content":"x","event":"onToolStart","run_id":"r1","span_id":"s2","parent_span_id":"s1","seq":7,"ts":1700000000000.25}';
    expect(parseFrame(`data: ${json}\n\n`)?.origin).toEqual({
      event: "onToolStart",
      runId: "r1",
      spanId: "s2",
      parentSpanId: "s1",
      sequence: 7,
      timeUnixMs: 1700000000000.25,
    });
  });

  it("leaves out fields of another kind than expected", () => {
    expect(parseEvent('{"type":5,"event":"onToolStart","run_id":{},"seq":"7"}')).toMatchObject({
      type: "",
      content: undefined,
      origin: { event: "onToolStart", runId: undefined, sequence: undefined },
    });
  });

  it.each([
    "",
    "data: ",
    "data: 42\n\n",
    "data: null\n\n",
    'data: ["a"]\n\n',
    "data: {cut",
    'event: x\ndata: {"a":1}\n\n',
  ])("finds no event in %j", (frame) => {
    expect(parseFrame(frame)).toBeUndefined();
  });
});
