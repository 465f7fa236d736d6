import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Masker } from "../../src/secrets.ts";
import { CharmEmitter } from "../../src/stdout/emitter.ts";
import { contentOf, KeptLines } from "../support/event-lines.ts";
import { hostile, HOSTILE_NAMES } from "../support/hostile.ts";

const SECRET = "canary-0123456789";

function newEmitter(maxLineBytes?: number): { emitter: CharmEmitter; kept: KeptLines } {
  const kept = new KeptLines();
  const masker = new Masker(new Map([[SECRET, "CANARY"]]));
  return {
    kept,
    emitter: new CharmEmitter({ writer: kept, masker, ...(maxLineBytes === undefined ? {} : { maxLineBytes }) }),
  };
}

describe("each type of event", () => {
  it.each<[string, (emitter: CharmEmitter) => void, string]>([
    ["status", (emitter) => emitter.status("Working"), '{"type":"status","content":"Working"}'],
    ["thinking", (emitter) => emitter.thinking("Hm\n"), '{"type":"thinking","content":"Hm\\n"}'],
    ["delta", (emitter) => emitter.delta(" the"), '{"type":"delta","content":" the"}'],
    ["a final text", (emitter) => emitter.final("**42**"), '{"type":"final","content":"**42**","format":"markdown"}'],
    ["a final object", (emitter) => emitter.final({ a: 1 }), '{"type":"final","content":{"a":1},"format":"json"}'],
    ["a final list", (emitter) => emitter.final([1]), '{"type":"final","content":[1],"format":"json"}'],
    [
      "a final component",
      (emitter) => emitter.final({ _charm_render_type: "chart", points: [] }),
      '{"type":"final","content":{"_charm_render_type":"chart","points":[]},"format":"rich_component"}',
    ],
    ["a final number", (emitter) => emitter.final(42), '{"type":"final","content":"42","format":"markdown"}'],
    ["nothing as final", (emitter) => emitter.final(undefined), '{"type":"final","content":"","format":"markdown"}'],
    ["error", (emitter) => emitter.error(new Error("no")), '{"type":"error","content":"no"}'],
    ["an error's text", (emitter) => emitter.error("no"), '{"type":"error","content":"no"}'],
    [
      "artifact",
      (emitter) => emitter.artifact({ name: "a.png", url: "https://example.com/a.png", mime: "image/png" }),
      '{"type":"artifact","content":{"name":"a.png","url":"https://example.com/a.png","mime":"image/png"}}',
    ],
    ["tool_usage", (emitter) => emitter.toolUsage("search"), '{"type":"tool_usage","tool":"search","count":1}'],
    ["several uses", (emitter) => emitter.toolUsage("search", 3), '{"type":"tool_usage","tool":"search","count":3}'],
    ["state_update", (emitter) => emitter.stateUpdate({ step: 2 }), '{"type":"state_update","content":{"step":2}}'],
    [
      "control",
      (emitter) => emitter.control({ threadId: "t1", nextStep: "approve" }),
      '{"type":"control","status":"suspended","thread_id":"t1","next_step":"approve"}',
    ],
  ])("%s", (_, emit, json) => {
    const { emitter, kept } = newEmitter();
    emit(emitter);
    expect(kept.lines).toEqual([`__CHARM_EVENT__${json}\n`]);
  });
});

describe("what does not fit into a line of 4096 bytes", () => {
  const long = "naïve text, ".repeat(2000);

  it.each(["thinking", "delta"] as const)("is several events of %s", (type) => {
    const { emitter, kept } = newEmitter();
    emitter[type](long);
    expect(kept.lines.length).toBeGreaterThan(5);
    expect(kept.lines.every((line) => line.length <= 4096)).toBe(true);
    expect(contentOf(kept.events, type)).toBe(long);
  });

  it("is sent as deltas in place of a final text, and kept as long as one", () => {
    const { emitter, kept } = newEmitter();
    emitter.final(long);
    expect(contentOf(kept.events, "delta")).toBe(long);
    expect(kept.events.every(({ type }) => type === "delta")).toBe(true);
    expect(kept.kinds.every(({ importance }) => importance === 2)).toBe(true);
  });

  it.each(["error", "status"] as const)("is cut where it is an %s", (type) => {
    const { emitter, kept } = newEmitter();
    emitter[type](long);
    expect(kept.lines).toHaveLength(1);
    expect(kept.text.length).toBeLessThanOrEqual(4096);
    expect(kept.events[0]?.content).toMatch(/^naïve text, .*… \[cut: \d+ more characters\]$/);
  });

  it("is one line where it is an object, up to the limit", () => {
    const { emitter, kept } = newEmitter(20_000);
    emitter.final({ text: "x".repeat(10_000) });
    emitter.stateUpdate({ text: "x".repeat(10_000) });
    expect(kept.events.map(({ type }) => type)).toEqual(["final", "state_update"]);
  });

  it("is left out beyond the limit, said and counted", () => {
    const { emitter, kept } = newEmitter(5000);
    emitter.stateUpdate({ text: "x".repeat(10_000) });
    expect(kept.events).toEqual([
      {
        type: "status",
        content:
          "An event of type state_update was left out: it takes 10061 bytes, and CHARM_TELEMETRY_STDOUT_MAX_LINE allows 5000.",
      },
    ]);
    expect(kept.health().droppedBy).toEqual({ state_update: 1 });
  });

  it("is sent as text where it is a final object beyond the limit", () => {
    const { emitter, kept } = newEmitter(5000);
    const answer = { text: "é".repeat(10_000) };
    emitter.final(answer);
    expect(kept.events[0]?.content).toMatch(/^The answer follows as text: it takes 600\d\d bytes/);
    expect(JSON.parse(contentOf(kept.events, "delta"))).toEqual(answer);
    expect(kept.health().droppedBy).toEqual({});
  });
});

describe("secrets", () => {
  it("are masked in every text, key and member", () => {
    const { emitter, kept } = newEmitter();
    emitter.status(SECRET);
    emitter.thinking(`key ${SECRET}\n`);
    emitter.delta(SECRET);
    emitter.final(`is ${SECRET}`);
    emitter.final({ [SECRET]: [`Bearer ${SECRET}`] });
    emitter.error(new Error(SECRET));
    emitter.artifact({ name: SECRET, url: `https://example.com/?key=${SECRET}`, mime: SECRET });
    emitter.toolUsage(SECRET);
    emitter.stateUpdate({ deep: { [SECRET]: SECRET } });
    emitter.control({ status: SECRET, threadId: SECRET, nextStep: SECRET });
    emitter.passOn(`__CHARM_EVENT__{"type":"status","content":"${SECRET}"}`);
    emitter.print("telemetry", SECRET);
    expect(kept.text).not.toContain(SECRET);
    expect(kept.text.match(/\[CANARY_REDACTED\]/g)?.length).toBeGreaterThan(15);
  });

  it("are masked before a text is split", () => {
    const { emitter, kept } = newEmitter();
    for (let shift = 0; shift < SECRET.length; shift++) emitter.thinking("x".repeat(4040 - shift) + SECRET);
    expect(contentOf(kept.events, "thinking")).not.toContain(SECRET);
  });

  it("are those of the last masker", () => {
    const { emitter, kept } = newEmitter();
    emitter.setMasker(new Masker(new Map([["other-secret", "OTHER"]])));
    emitter.delta("other-secret");
    expect(kept.events[0]?.content).toBe("[OTHER_REDACTED]");
  });

  it("are taken from the environment unless given", () => {
    process.env["TEST_API_KEY"] = "canary-of-the-environment-1";
    try {
      const kept = new KeptLines();
      new CharmEmitter({ writer: kept }).delta("canary-of-the-environment-1");
      expect(kept.events[0]?.content).toBe("[TEST_API_KEY_REDACTED]");
    } finally {
      delete process.env["TEST_API_KEY"];
    }
  });
});

describe("hostile values", () => {
  it.each(HOSTILE_NAMES)("%s", (name) => {
    const { emitter, kept } = newEmitter();
    const value = hostile(name) as string & {
      name: string;
      url: string;
      mime: string;
      threadId: string;
      nextStep: string;
    };
    emitter.thinking(value);
    emitter.error(value);
    emitter.final(value);
    emitter.artifact(value);
    emitter.toolUsage("tool", value as unknown as number);
    emitter.control(value);
    for (const line of kept.lines) expect(line).toMatch(/^__CHARM_EVENT__\{"type":"[a-z_]+",[\x20-\x7e]+\}\n$/);
    expect(kept.lines.length).toBeGreaterThanOrEqual(6);
  });
});

it("passes on what others have rendered, a broken line included", () => {
  const { emitter, kept } = newEmitter();
  emitter.passOn('__CHARM_EVENT__{"type": "tool_usage", "tool": "né", "count": 1}');
  emitter.passOn('__CHARM_EVENT__{"type": "new_type"}');
  emitter.passOn("__CHARM_EVENT__{broken");
  expect(kept.lines).toEqual([
    '__CHARM_EVENT__{"type": "tool_usage", "tool": "n\\u00e9", "count": 1}\n',
    '__CHARM_EVENT__{"type": "new_type"}\n',
    "__CHARM_EVENT__{broken\n",
  ]);
  expect(kept.kinds.map(({ type }) => type)).toEqual(["tool_usage", "other", "other"]);
});

it("loses no character of what it streams", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 6000 }), { maxLength: 6 }), (tokens) => {
      const { emitter, kept } = newEmitter();
      emitter.setMasker(new Masker());
      for (const token of tokens) emitter.delta(token);
      expect(contentOf(kept.events, "delta")).toBe(tokens.join(""));
    }),
    { numRuns: 20 },
  );
});
