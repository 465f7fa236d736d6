import { describe, expect, test } from "vitest";
import { DATADOG_EVALUATIONS_PATH, DATADOG_EVENTS_PATH } from "../../src/intakes/datadog-endpoints.ts";
import { send } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

const NOW_SECONDS = 1_795_334_400;
const now = (): number => NOW_SECONDS * 1000;

describe("an event", () => {
  const path = DATADOG_EVENTS_PATH;
  const event = { title: "Tool error", text: "no rows", alert_type: "error", tags: ["env:test"] };

  test("is answered as the vendor does, kept and counted", async () => {
    const intake = await openIntake({ now });
    const { status, text } = await send(intake, { ...event, date_happened: NOW_SECONDS }, { path });
    expect({ status, answer: JSON.parse(text) as unknown }).toEqual({
      status: 202,
      answer: { status: "ok", event: { id: 1 } },
    });
    expect(intake.events[0]).toMatchObject({ item: event, acknowledged: true });
    expect(intake.acknowledged).toEqual({ spans: 0, events: 1, requests: 1 });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["no title", { title: undefined }, /^title: /],
    ["no text", { text: undefined }, /^text: /],
    ["an unknown type of alert", { alert_type: "fatal" }, /^alert_type: /],
    ["tags in one string", { tags: "env:test" }, /^tags: /],
    ["an age over 18 h", { date_happened: NOW_SECONDS - 18 * 3600 - 1 }, /^date_happened: events older than 18 h/],
    ["an undocumented field", { level: "error" }, /Unrecognized key: "level"/],
  ])("is refused with %s", async (_, fields, reason) => {
    const intake = await openIntake({ now });
    const { status, text } = await send(intake, { ...event, ...fields }, { path });
    expect(status).toBe(400);
    expect((JSON.parse(text) as { errors: string[] }).errors.join("\n")).toMatch(reason);
    expect(intake.events).toEqual([]);
  });
});

describe("an evaluation", () => {
  const path = DATADOG_EVALUATIONS_PATH;
  const evaluation = {
    join_on: { span: { span_id: "12345", trace_id: "0192f0c17a1070008000000000000abc" } },
    ml_app: "charm-demo",
    label: "helpful",
    metric_type: "score",
    score_value: 0.9,
    timestamp_ms: NOW_SECONDS * 1000,
  };

  function payloadOf(fields: Record<string, unknown>): unknown {
    return { data: { type: "evaluation_metric", attributes: { metrics: [{ ...evaluation, ...fields }] } } };
  }

  test.each([
    ["a score", {}],
    ["a category", { metric_type: "categorical", score_value: undefined, categorical_value: "good" }],
    ["a truth", { metric_type: "boolean", score_value: undefined, boolean_value: false }],
    ["a tag for the span", { join_on: { tag: { key: "run_id", value: "1" } } }],
  ])("is taken with %s", async (_, fields) => {
    const intake = await openIntake({ now });
    expect(await send(intake, payloadOf(fields), { path })).toMatchObject({ status: 202, text: "" });
    expect(intake.evaluations[0]?.item.label).toBe("helpful");
    expect(intake.acknowledged).toEqual({ spans: 0, evaluations: 1, requests: 1 });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["no application", { ml_app: undefined }, /\.ml_app: /],
    ["no value", { score_value: undefined }, /\.score_value: is missing on a score/],
    ["a score as text", { score_value: "0.9" }, /\.score_value: .*expected number/],
    ["the value of another type", { categorical_value: "good" }, /\.categorical_value: has no place on a score/],
    ["nothing to join on", { join_on: {} }, /\.join_on: must have either a span or a tag/],
    ["a time in seconds", { timestamp_ms: NOW_SECONDS }, /\.timestamp_ms: must be milliseconds/],
    ["a tag without a value", { tags: ["team"] }, /\.tags\[0\]: must have the form/],
  ])("is refused with %s", async (_, fields, reason) => {
    const intake = await openIntake({ now });
    const { status, details } = await send(intake, payloadOf(fields), { path });
    expect(status).toBe(400);
    expect(details.join("\n")).toMatch(/^data\.attributes\.metrics\[0\]/);
    expect(details.join("\n")).toMatch(reason);
  });
});
