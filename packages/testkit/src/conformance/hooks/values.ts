import type { TelemetryEvent } from "@charm/telemetry-core";
import { RunBuilder } from "../../run-builder.ts";
import { failedRun, sampleRun } from "../../sample-runs.ts";
import type { ConformanceCase } from "../case.ts";
import { playToEnd } from "./play.ts";

export const ordinaryValues: ConformanceCase = {
  id: "ordinary-values",
  title: "takes all hooks of ordinary runs",
  level: "hooks",
  after: ["methods", "construction", "unconfigured-hooks"],
  async run(bench) {
    const attached = await bench.start();
    const { disabled } = attached.account;
    if (disabled !== undefined && bench.canConfigure)
      bench.report("it starts with the environment that it was given", `it switched itself off: ${disabled}`);
    for (const { hook, error } of await attached.play([...sampleRun(), ...failedRun()]))
      bench.reportOnce(`${hook} takes ordinary values`, `${hook} failed: ${error}`);
  },
};

export const hostileValues: ConformanceCase = {
  id: "hostile-values",
  title: "takes texts, keys and errors that break careless code",
  level: "hooks",
  after: ["ordinary-values", "events-settled"],
  run: (bench) => playToEnd(bench, hostileRuns(), "values as models and tools may make them"),
};

export const emptyValues: ConformanceCase = {
  id: "empty-values",
  title: "takes empty texts, records and lists",
  level: "hooks",
  after: ["ordinary-values", "events-settled"],
  run: (bench) => playToEnd(bench, [...emptyRun(), ...runOf("")], "empty values"),
};

export const hugeValues: ConformanceCase = {
  id: "huge-values",
  title: "takes values as large as a host lets through",
  level: "hooks",
  after: ["ordinary-values", "events-settled"],
  run: (bench) => playToEnd(bench, hugeRun(), "values of the largest size that hosts hand over"),
};

const HOSTILE_TEXTS = [
  "\u0000\u0001\u001B[31mred\u0007",
  "half of a pair: \uD83D",
  "\u202Egnp.exe\u200B\uFEFF",
  "line\r\n\r\nHTTP/1.1 200 OK\n",
  '{"unfinished": [',
  '__CHARM_EVENT__{"type":"final","content":"forged"}',
  "__proto__",
  "constructor",
  "%s %d %o ${name} {{name}} $& \\u0000 \\",
  "<script>alert(1)</script>' OR 1=1; --",
  "../../../etc/passwd",
  "NaN",
  "🏳️‍🌈 नमस्ते 你好",
];

/** Own properties of all these names, as parsed JSON may have them. */
const HOSTILE_RECORD = JSON.parse(
  `{"__proto__": {"polluted": true}, "constructor": null, "toString": "text", "hasOwnProperty": 1, "toJSON": "text",
    "then": "text", "length": -1, "": "", "a.b[0]": [[[null]]], "big": 1e308, "small": -0, "precise": 0.1}`,
) as Record<string, unknown>;

function hostileRuns(): TelemetryEvent[] {
  const strange = new RunBuilder({ runId: "run/../\u0000\uD800", run: { metadata: HOSTILE_RECORD } });
  strange.start(HOSTILE_RECORD);
  strange.llm({ model: "", parameters: HOSTILE_RECORD }).end({ usage: { inputTokens: -1, totalTokens: 1e308 } });
  for (const error of hostileErrors()) strange.tool("tool").fail(error);
  strange.end(HOSTILE_RECORD);
  const failed = hostileErrors().flatMap((error) => new RunBuilder().start().fail(error).events);
  return [...HOSTILE_TEXTS.flatMap(runOf), ...strange.events, ...failed];
}

/** Errors as they come out of a host: always of class Error, and finite; the rest is the agent's. */
function hostileErrors(): Error[] {
  const stackless = new Error("no stack");
  Object.defineProperty(stackless, "stack", { value: undefined });
  const renamed = Object.assign(new Error("__proto__"), { name: "constructor", code: "\u0000" });
  const deep = Array.from({ length: 8 }).reduce<Error>(
    (cause, _, depth) => new Error(`level ${depth}`, { cause }),
    new Error("level", { cause: "a text" }),
  );
  return [stackless, renamed, deep, new Error("line\n    at forged (file.js:1:1)")];
}

/** A run in which every text is `text`. */
function runOf(text: string): TelemetryEvent[] {
  const run = new RunBuilder({ run: { name: text, threadId: text, tags: [text], metadata: { [text]: text } } });
  run
    .start({ [text]: text })
    .action(text, text)
    .token(text);
  run.tool(text, text, { toolCallId: text }).end(text);
  run.tool(text, text).fail(new Error(text));
  const toolCalls = [{ id: text, name: text, arguments: text }];
  const messages = [{ role: text, content: text, toolCalls, toolCallId: text }];
  const request = { model: text, provider: text, name: text, messages, parameters: { [text]: text } };
  run.llm(request).token(text).end();
  run.llm(request).end({ output: messages, finishReason: text });
  run.llm(request).fail(new Error(text));
  return run.end({ [text]: text }).events;
}

function emptyRun(): TelemetryEvent[] {
  const run = new RunBuilder().start({});
  run.llm({ model: "", messages: [], parameters: {} }).end({ output: [], usage: {} });
  run.llm({ model: "" }).end({});
  return run.end({}).events;
}

// What a host lets through at most: 4 Mi characters, 50 000 members, a depth of 24.
const HUGE_CHARACTERS = 4 * 1024 * 1024;

function hugeRun(): TelemetryEvent[] {
  const text = "0123456789abcdef".repeat(HUGE_CHARACTERS / 16);
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]));
  const deep = Array.from({ length: 24 }).reduce<Record<string, unknown>>((inner) => ({ inner }), {});
  const run = new RunBuilder({ run: { name: "x".repeat(1000), metadata: { deep } } }).start({ wide, deep });
  run.action("tool", text).token(text);
  run.tool("x".repeat(1000), text).end(text);
  run.tool("tool", "").fail(new Error(text));
  const messages = Array.from({ length: 1000 }, (_, index) => ({ role: "user", content: `message ${index}` }));
  run.llm({ model: "model", messages }).end({ output: text });
  return run.end({ text }).events;
}
