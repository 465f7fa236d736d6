import { expect, onTestFinished, test } from "vitest";
import { startSentryIntake } from "../../src/intakes/index.ts";
import type { SentryIntake, SentryIntakeOptions } from "../../src/intakes/index.ts";
import {
  EVENT_ID,
  PUBLIC_KEY,
  envelopeText,
  eventItem,
  sendEnvelope,
  sentrySpan,
  spanItem,
} from "../support/envelopes.ts";

async function open(options: SentryIntakeOptions = {}): Promise<SentryIntake> {
  const intake = await startSentryIntake(options);
  onTestFinished(() => intake.close());
  return intake;
}

const spans = envelopeText({}, [spanItem([sentrySpan()])]);
const error = envelopeText({ event_id: EVENT_ID }, [eventItem()]);

test("tells spans, events and their acknowledgements apart, and knows what came again", async () => {
  const intake = await open();
  for (const text of [spans, spans, error, error]) await sendEnvelope(intake, text);
  await intake.waitForSpans(1);
  await intake.waitForEvents(1);
  expect(intake.received).toEqual({ spans: 2, events: 2, requests: 4 });
  expect(intake.acknowledged).toEqual({ spans: 2, events: 2, requests: 4 });
  expect(intake.duplicates).toBe(1);
  expect(intake.events.map(({ isDuplicate, acknowledged }) => [isDuplicate, acknowledged])).toEqual([
    [false, true],
    [true, true],
  ]);
});

test("answers with the event's id", async () => {
  const intake = await open();
  expect((await sendEnvelope(intake, error)).text).toBe(`{"id":"${EVENT_ID}"}`);
  expect((await sendEnvelope(intake, spans)).text).toBe("{}");
});

test("leads clients to itself by its DSN", async () => {
  const intake = await open({ publicKey: PUBLIC_KEY, projectId: "42" });
  expect(intake.dsn).toBe(`http://${PUBLIC_KEY}@127.0.0.1:${new URL(intake.url).port}/42`);
  expect((await sendEnvelope(intake, spans, { path: "/api/42/envelope/" })).status).toBe(200);
});

test("takes the key from a header too", async () => {
  const intake = await open({ publicKey: PUBLIC_KEY });
  const headers = { "x-sentry-auth": `Sentry sentry_version=7, sentry_key=${PUBLIC_KEY}` };
  expect((await sendEnvelope(intake, spans, { query: "", headers })).status).toBe(200);
});

const addresses: [name: string, status: number, options: Parameters<typeof sendEnvelope>[2]][] = [
  ["another path", 404, { path: "/api/1/store/" }],
  ["another method", 405, { method: "PUT" }],
  ["no key", 401, { query: "sentry_version=7" }],
  ["a key of the wrong form", 400, { query: "sentry_version=7&sentry_key=abc" }],
  ["a wrong key", 403, { query: `sentry_version=7&sentry_key=${"f".repeat(32)}` }],
  ["another project", 403, { path: "/api/2/envelope/" }],
  ["another version", 400, { query: `sentry_version=6&sentry_key=${PUBLIC_KEY}` }],
];
test.each(addresses)("refuses %s with %i", async (_name, status, options) => {
  const intake = await open({ publicKey: PUBLIC_KEY, projectId: "1" });
  expect((await sendEnvelope(intake, spans, options)).status).toBe(status);
  expect(intake.received).toEqual({ spans: 0, events: 0, requests: 0 });
});

const attribute = (value: unknown, type: string): unknown => sentrySpan({ attributes: { a: { value, type } } });
const event = (fields: Record<string, unknown>): string => envelopeText({ event_id: EVENT_ID }, [eventItem(fields)]);
const bad: [problem: string, body: string][] = [
  ["(the envelope's header): is not a JSON object in one line", "nonsense"],
  ["items: there are none", "{}\n"],
  ["items[0].header: is not a JSON object in one line", "{}\n[]\n{}"],
  ['items[0].header.type: "stuff" is not known here', '{}\n{"type":"stuff"}\n{}'],
  ["items[0].payload: is not JSON", '{}\n{"type":"event"}\nstuff'],
  ["items[0].header.length: is 9, but only 2 bytes follow", '{}\n{"type":"event","length":9}\n{}'],
  ["items[0].header.length: is 1, where the payload goes on", '{}\n{"type":"event","length":1}\n{}'],
  [
    "items[0].header.item_count: is 2, but there are 1",
    envelopeText({}, [spanItem([sentrySpan()], { item_count: 2 })]),
  ],
  [
    'items[0].header.content_type: Invalid input: expected "application/vnd.sentry.items.span.v2+json"',
    envelopeText({}, [spanItem([sentrySpan()], { content_type: "application/json" })]),
  ],
  [
    "items[0].payload.items[0].start_timestamp: must be seconds since 1970: it looks like another unit",
    envelopeText({}, [spanItem([sentrySpan({ start_timestamp: 1795338783838, end_timestamp: 1795338783838 })])]),
  ],
  [
    "items[0].payload.items[0].end_timestamp: is before the start",
    envelopeText({}, [spanItem([sentrySpan({ end_timestamp: 1 })])]),
  ],
  [
    'items[0].payload.items[0].status: Invalid option: expected one of "ok"|"error"',
    envelopeText({}, [spanItem([sentrySpan({ status: "cancelled" })])]),
  ],
  [
    "items[0].payload.items[0].parent_span_id: a span cannot be its own parent",
    envelopeText({}, [spanItem([sentrySpan({ parent_span_id: "00000000000000aa" })])]),
  ],
  [
    "items[0].payload.items[0].span_id: must be 16 lower-case hex digits, not all 0",
    envelopeText({}, [spanItem([sentrySpan({ span_id: "42" })])]),
  ],
  ['items[0].payload.items[0]: Unrecognized key: "kind"', envelopeText({}, [spanItem([sentrySpan({ kind: "x" })])])],
  [
    "items[0].payload.items: must all be of one trace",
    envelopeText({}, [spanItem([sentrySpan(), sentrySpan({ span_id: "00000000000000ab", trace_id: "b".repeat(32) })])]),
  ],
  [
    "items[0].payload.items[0].attributes.a.value: must be a string, a number, a boolean or a list of these: Sentry drops anything else",
    envelopeText({}, [spanItem([attribute({ b: 1 }, "string")])]),
  ],
  [
    "items[0].payload.items[0].attributes.a.type: does not fit the value",
    envelopeText({}, [spanItem([attribute(1.5, "integer")])]),
  ],
  ["items[0].payload: has neither an exception nor a message", event({ exception: undefined })],
  ["items[0].payload.event_id: must be 32 lower-case hex digits", event({ event_id: "1" })],
  ["items[0].payload.environment: may hold no blank and no slash", event({ environment: "a/b" })],
  [`items[0].payload.tags.${"t".repeat(33)}: Invalid key in record`, event({ tags: { ["t".repeat(33)]: 1 } })],
  [
    'items[0].payload.level: Invalid option: expected one of "fatal"|"error"|"warning"|"log"|"info"|"debug"',
    event({ level: "bad" }),
  ],
  ["header.event_id: must be that of the event inside", envelopeText({}, [eventItem()])],
  ['header: Unrecognized key: "stuff"', envelopeText({ stuff: 1 }, [spanItem([sentrySpan()])])],
];
test.each(bad)("refuses, with its path: %s", async (problem, body) => {
  const intake = await open();
  const answer = await sendEnvelope(intake, body);
  expect(answer.status).toBe(400);
  expect(answer.problems).toContain(problem);
  expect(intake.received).toEqual({ spans: 0, events: 0, requests: 0 });
});

test("refuses an item over 1 MiB with 413", async () => {
  const intake = await open();
  const text = "x".repeat(1024 * 1024);
  expect((await sendEnvelope(intake, event({ extra: { text } }))).status).toBe(413);
});

test("names the spans whose parent has not come", async () => {
  const intake = await open();
  const child = sentrySpan({ span_id: "00000000000000bb", parent_span_id: "00000000000000aa", is_segment: false });
  await sendEnvelope(intake, envelopeText({}, [spanItem([child])]));
  expect(intake.unknownParents().map(({ span_id: id }) => id)).toEqual(["00000000000000bb"]);
  await sendEnvelope(intake, spans);
  expect(intake.unknownParents()).toEqual([]);
});

test("limits when it is told to, as Sentry does", async () => {
  const intake = await open();
  const limits = "60:span:organization:quota";
  await intake.setFault({ kind: "status", status: 429, headers: { "x-sentry-rate-limits": limits }, times: 1 });
  const response = await fetch(`${intake.url}/api/1/envelope/?sentry_version=7&sentry_key=${PUBLIC_KEY}`, {
    method: "POST",
    body: spans,
  });
  expect([response.status, response.headers.get("x-sentry-rate-limits")]).toEqual([429, limits]);
  expect((await sendEnvelope(intake, spans)).status).toBe(200);
});
