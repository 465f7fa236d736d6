import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEvaluations } from "../../src/intakes/datadog-evaluations.ts";
import { parseEvent } from "../../src/intakes/datadog-event.ts";
import { parseLogs } from "../../src/intakes/datadog-logs.ts";
import { problemsOf } from "../../src/intakes/datadog-rules.ts";
import { parseSeries } from "../../src/intakes/datadog-series.ts";
import { parsePayload } from "../../src/intakes/datadog-span.ts";
import { payloadOf, send, spanOf } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

const HOUR_NS = 60 * 60 * 1e9;
const llm = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({ meta: { kind: "llm", ...fields } });

test.each<[string, Record<string, unknown>, RegExp]>([
  ["no name", { name: undefined }, /^name: .*expected string/],
  [
    "a span id in hex",
    { span_id: "0192f0c17a107000" },
    /^span_id: must be an unsigned 64-bit number as a decimal string/,
  ],
  ["a span id of zero", { span_id: "0" }, /^span_id: /],
  ["a span id over 64 bits", { span_id: "18446744073709551616" }, /^span_id: /],
  ["a span id as a number", { span_id: 42 }, /^span_id: .*expected string, received number/],
  ["a decimal trace id", { trace_id: "1194281564973842432" }, /^trace_id: must be 32 lower-case hex digits/],
  ["a trace id with hyphens", { trace_id: "0192f0c1-7a10-7000-8000-000000000abc" }, /^trace_id: /],
  ["a trace id in capitals", { trace_id: "0192F0C17A1070008000000000000ABC" }, /^trace_id: /],
  ["no parent at a root", { parent_id: undefined }, /^parent_id: /],
  ["null for a root's parent", { parent_id: null }, /^parent_id: /],
  ["an empty parent", { parent_id: "" }, /^parent_id: must be a span id in decimal, or the string "undefined"/],
  ["a zero parent", { parent_id: "0" }, /^parent_id: /],
  ["itself for a parent", { parent_id: "42" }, /^parent_id: a span cannot be its own parent/],
  ["a start as text", { start_ns: "1795338694584939500" }, /^start_ns: .*expected number, received string/],
  ["a start in milliseconds", { start_ns: Date.now() }, /^start_ns: .*another unit than nanoseconds/],
  ["a start with a fraction", { start_ns: 1.5 }, /^start_ns: must be whole nanoseconds/],
  ["a start more than a day ago", { start_ns: Date.now() * 1e6 - 25 * HOUR_NS }, /^start_ns: .*older than 24 h/],
  ["a negative duration", { duration: -1 }, /^duration: /],
  ["a duration as text", { duration: "1" }, /^duration: .*expected number/],
  ["another status", { status: "failed" }, /^status: /],
  ["an error without its details", { status: "error" }, /^meta\.error: is missing/],
  [
    "details of an error without the status",
    { meta: { kind: "tool", error: { message: "no rows" } } },
    /^status: must be "error"/,
  ],
  ["an undocumented field", { error: 0 }, /Unrecognized key: "error"/],
  ["no kind", { meta: {} }, /^meta\.kind: /],
  ["an unknown kind", { meta: { kind: "chain" } }, /^meta\.kind: Invalid option/],
  ["the other intake's kind", { meta: { "span.kind": "tool" } }, /^meta\.kind: /],
  ["an undocumented field in meta", { meta: { kind: "tool", temperature: 0 } }, /Unrecognized key: "temperature"/],
  [
    "an input that is no object",
    { meta: { kind: "tool", input: "paris" } },
    /^meta\.input: .*expected object, received string/,
  ],
  [
    "an input's value that is no text",
    { meta: { kind: "tool", input: { value: { city: "Paris" } } } },
    /^meta\.input\.value: .*expected string/,
  ],
  [
    "nested metadata",
    { meta: { kind: "tool", metadata: { a: { b: 1 } } } },
    /^meta\.metadata\.a: must be a string, a number or a boolean/,
  ],
  [
    "messages on a tool",
    { meta: { kind: "tool", input: { messages: [] } } },
    /^meta\.input\.messages: only spans of kind llm/,
  ],
  [
    "a message without a role",
    llm({ input: { messages: [{ content: "hi" }] } }),
    /^meta\.input\.messages\[0\]\.role: /,
  ],
  [
    "arguments of a tool call as text",
    llm({ output: { messages: [{ role: "assistant", content: "", tool_calls: [{ name: "f", arguments: "{}" }] }] } }),
    /^meta\.output\.messages\[0\]\.tool_calls\[0\]\.arguments: /,
  ],
  [
    "a prompt in an output",
    llm({ output: { prompt: { id: "1" } } }),
    /^meta\.output\.prompt: only the input of an llm span/,
  ],
  [
    "documents of a tool",
    { meta: { kind: "tool", output: { documents: [{ text: "a" }] } } },
    /^meta\.output\.documents: only the output of a retrieval/,
  ],
  ["a metric as text", { ...llm(), metrics: { input_tokens: "42" } }, /^metrics\.input_tokens: .*expected number/],
  [
    "another vendor's name of a metric",
    { ...llm(), metrics: { prompt_tokens: 42 } },
    /^metrics\.prompt_tokens: the name is input_tokens/,
  ],
  ["token counts on a tool", { metrics: { total_tokens: 42 } }, /^metrics\.total_tokens: only spans of kind llm/],
  [
    "a time to first token in milliseconds",
    { ...llm(), metrics: { time_to_first_token: 26 } },
    /^metrics\.time_to_first_token: .*the unit is seconds/,
  ],
  ["a tag without a value", { tags: ["env"] }, /^tags\[0\]: must have the form "key:value"/],
  ["tags as a record", { tags: { env: "test" } }, /^tags: .*expected array/],
  ["a comma in a tag", { tags: ["team:a,b"] }, /^tags\[0\]: must have no comma/],
])("refuses a span with %s", async (_, fields, reason) => {
  const intake = await openIntake();
  const { status, details } = await send(intake, payloadOf([spanOf(fields)]));
  expect(status).toBe(400);
  expect(details.map((detail) => detail.replace(/^data\.attributes\.spans\[0\]\.?/, "")).join("\n")).toMatch(reason);
});

test.each<[string, Record<string, unknown>]>([
  ["the largest span id", { span_id: "18446744073709551615" }],
  ["a start just inside 24 h", { start_ns: Date.now() * 1e6 - 23 * HOUR_NS }],
  ["a duration with a fraction", { duration: 0.5 }],
  [
    "an error",
    {
      status: "error",
      meta: { kind: "tool", error: { message: "no rows", type: "TypeError", stack: "TypeError: no rows" } },
    },
  ],
  ["unknown numeric metrics", { metrics: { cache_read_input_tokens: 7, chars: 1.5 } }],
  ["a tag with colons in its value", { tags: ["url:http://localhost:80"] }],
  ["flat metadata", { meta: { kind: "tool", metadata: { tool: "search", retries: 0, cached: false } } }],
  ["documents of a retrieval", { meta: { kind: "retrieval", output: { documents: [{ text: "Paris", score: 0.9 }] } } }],
  [
    "a model and messages with tools",
    llm({
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "hi" }] },
      output: {
        messages: [
          {
            role: "assistant",
            content: "",
            tool_calls: [{ name: "search", arguments: { q: "x" }, tool_id: "call_1" }],
          },
        ],
      },
    }),
  ],
])("takes a span with %s", async (_, fields) => {
  const intake = await openIntake();
  expect(await send(intake, payloadOf([spanOf(fields)]))).toMatchObject({ status: 202, details: [] });
});

test.each([
  ["Charm", "may hold lower-case letters"],
  ["charm demo", "may hold lower-case letters"],
  ["charm__demo", "no doubled and no trailing underscore"],
  ["charm_", "no doubled and no trailing underscore"],
  ["", "Too small"],
  ["x".repeat(194), "Too big"],
])("refuses the application name %j", async (name, reason) => {
  const intake = await openIntake();
  const { status, details } = await send(intake, payloadOf([spanOf()], { ml_app: name }));
  expect({ status, details: details.join() }).toEqual({ status: 400, details: expect.stringContaining(reason) });
});

test.each(["charm-demo", "team/agent:v1.2_beta", "x".repeat(193), "агент"])(
  "takes the application name %j",
  async (name) => {
    const intake = await openIntake();
    expect((await send(intake, payloadOf([spanOf()], { ml_app: name }))).status).toBe(202);
  },
);

test("refuses a start that is no date at all", () => {
  expect([...problemsOf(spanOf({ start_ns: -8.64e21 }), Date.now())].join("\n")).toContain("start_ns");
});

test("judges anything that JSON can hold without throwing", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...Object.keys(spanOf()), "metrics", "tags", "status"), fc.jsonValue()),
      (value, fields) => {
        expect(parsePayload(value)).toHaveProperty("problems");
        const parsed = parsePayload(payloadOf([spanOf(fields)]));
        if ("payload" in parsed) for (const span of parsed.payload.spans) problemsOf(span, Date.now());
      },
    ),
  );
});

test("judges any time that JSON can hold without throwing", () => {
  const time = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.maxSafeInteger(), fc.string());
  fc.assert(
    fc.property(time, fc.jsonValue(), (timestamp, value) => {
      const bodies = [value, { series: [{ metric: "a", points: [{ timestamp, value: 1 }] }] }];
      for (const body of [
        ...bodies,
        [{ message: "", timestamp }],
        { title: "a", text: "", date_happened: timestamp },
      ]) {
        for (const parse of [parseSeries, parseLogs, parseEvent, parseEvaluations])
          expect(Object.keys(parse(body, Date.now()))).toHaveLength(1);
      }
    }),
  );
});
