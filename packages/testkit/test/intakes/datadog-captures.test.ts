import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { DatadogIntake } from "../../src/intakes/index.ts";
import { jsonFixture } from "../support/fixtures.ts";
import { send } from "../support/spans.ts";
import type { Answer } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

interface Capture<Body> {
  readonly requests: readonly {
    readonly path: string;
    readonly content_encoding: string | null;
    readonly body: { readonly value: Body };
    readonly response: RecordedResponse;
  }[];
}

interface RecordedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

interface AgentlessSpan {
  readonly tags: readonly string[];
  readonly meta: Record<string, unknown> & { readonly "span.kind": string };
  readonly start_ns: number;
}

type Agentless = readonly { readonly spans: readonly AgentlessSpan[] }[];

describe("the official SDK's run", () => {
  const capture = jsonFixture<Capture<Agentless>>("datadog/llmobs-agentless.run-ok.json");
  const body = capture.requests[0]?.body.value ?? [];
  const now = (): number => (body[0]?.spans[0]?.start_ns ?? 0) / 1e6 + 1000;

  test("is not taken in the form of the SDK's own intake", async () => {
    const intake = await openIntake({ now });
    expect((await send(intake, body)).status).toBe(400);
    expect((await send(intake, body, { path: capture.requests[0]?.path ?? "" })).status).toBe(404);
  });

  test("is taken, whole, when each field is moved to where the public API has it", async () => {
    const intake = await openIntake({ now });
    expect(await send(intake, toPublic(body))).toMatchObject({ status: 202, details: [] });
    expect(intake.spans.map(({ span }) => [span.name, span.meta.kind, span.status])).toEqual([
      ["agent_action", "task", "ok"],
      ["chat-model", "llm", "ok"],
      ["search", "tool", "ok"],
      ["population", "tool", "error"],
      ["weather", "tool", "ok"],
      ["research-agent", "agent", "ok"],
    ]);
    expect(intake.unknownParents()).toEqual([]);
    expect(intake.spans[0]).toMatchObject({ mlApp: "charm-demo", sessionId: "session-42" });
    expect(intake.spans[3]?.span.meta.error?.message).toBe("population service returned no rows");
  });

  test("is too old a day later", async () => {
    const intake = await openIntake({ now: () => now() + 24 * 60 * 60 * 1000 });
    const { status, details } = await send(intake, toPublic(body));
    expect(status).toBe(400);
    expect(details).toHaveLength(6);
    expect(details[0]).toMatch(/spans\[0\]\.start_ns: .* older than 24 h/);
  });
});

describe("a community client of the public API", () => {
  const [request] = jsonFixture<Capture<{ data: { attributes: { spans: Record<string, unknown>[] } } }>>(
    "datadog/public-api-langchain-tracer.run-ok.json",
  ).requests;
  const body = request?.body.value ?? { data: { attributes: { spans: [] } } };
  const { spans } = body.data.attributes;
  const now = (): number => Number(spans[0]?.["start_ns"]) / 1e6 + 1000;

  test("is refused for each of its departures from the reference, and for nothing else", async () => {
    const intake = await openIntake({ now });
    const { status, details } = await send(intake, body);
    expect(status).toBe(400);
    const path = "data.attributes.spans";
    expect(details.toSorted()).toEqual(
      [
        ...spans.map((_, index) => `${path}[${index}].trace_id: must be 32 lower-case hex digits, not all 0`),
        ...spans.map((_, index) => `${path}[${index}]: Unrecognized key: "error"`),
        `${path}[2].meta: Unrecognized key: "temperature"`,
      ].toSorted(),
    );
  });

  test("is refused for the names of its token counts and a missing error once its shape is right", async () => {
    const intake = await openIntake({ now });
    const { details } = await send(intake, withSpans(reshaped(spans)));
    expect(details).toEqual([
      "data.attributes.spans[2].metrics.prompt_tokens: the name is input_tokens",
      "data.attributes.spans[2].metrics.completion_tokens: the name is output_tokens",
      'data.attributes.spans[4].meta.error: is missing on a span of status "error"',
    ]);
  });

  test("is taken when all of that is corrected", async () => {
    const intake = await openIntake({ now });
    const [agent, search, model, weather, population] = reshaped(spans);
    const corrected = [
      agent,
      search,
      { ...model, metrics: { input_tokens: 42, output_tokens: 7, total_tokens: 49 } },
      weather,
      {
        ...population,
        meta: { ...(population?.["meta"] as object), error: { message: "no rows", type: "TypeError" } },
      },
    ];
    expect(await send(intake, withSpans(corrected))).toMatchObject({ status: 202, details: [] });
    expect(intake.unknownParents()).toEqual([]);
  });

  function withSpans(changed: readonly unknown[]): unknown {
    return { data: { ...body.data, attributes: { ...body.data.attributes, spans: changed } } };
  }
});

describe("spans that the official SDK sent another way", () => {
  test.each([
    ["through an agent", "llmobs-via-agent.run-ok", 6],
    ["with more content than fits one request", "llmobs-oversize", 6],
    ["for another framework", "mastra-exporter.run-ok", 5],
  ])("are taken, whole: %s", async (_, name, count) => {
    const bodies = jsonFixture<Capture<Agentless>>(`datadog/${name}.json`).requests.map(
      (request) => request.body.value,
    );
    const lastStartNs = bodies.at(-1)?.at(-1)?.spans[0]?.start_ns ?? 0;
    const intake = await openIntake({ now: () => lastStartNs / 1e6 + 1000 });
    for (const sent of bodies) expect(await send(intake, toPublic(sent))).toMatchObject({ status: 202, details: [] });
    expect(intake.acknowledged).toEqual({ spans: count, requests: bodies.length });
    expect([intake.duplicates, intake.unknownParents()]).toEqual([0, []]);
  });
});

describe("what the official API client and SDK sent to the other intakes", () => {
  const now = (): number => 1_795_334_400_000;

  test.each([
    ["api-metrics-logs-events", { spans: 0, series: 12, logs: 2, events: 1, requests: 6 }],
    ["llmobs-evaluation", { spans: 0, evaluations: 1, requests: 1 }],
  ])("is taken and answered as it was: %s", async (name, counts) => {
    const intake = await openIntake({ now });
    for (const request of jsonFixture<Capture<unknown>>(`datadog/${name}.json`).requests) {
      const { status, text } = await resend(intake, request);
      expect({ status, keys: keysOf(text) }).toEqual({ status: 202, keys: keysOf(request.response.body) });
    }
    expect(intake.acknowledged).toEqual(counts);
  });

  test("is taken at the last attempt after two that were told to wait", async () => {
    const intake = await openIntake({ now });
    await intake.setFault({ kind: "status", status: 429, headers: { "x-ratelimit-reset": "1" }, times: 2 });
    for (const request of jsonFixture<Capture<unknown>>("datadog/api-retry-429.json").requests) {
      const { status, headers } = await resend(intake, request);
      const reset = request.response.headers?.["x-ratelimit-reset"] ?? null;
      expect([status, headers.get("x-ratelimit-reset")]).toEqual([request.response.status, reset]);
    }
    expect(intake.acknowledged).toEqual({ spans: 0, series: 1, requests: 1 });
  });

  test.each(jsonFixture<{ capture: string; response: RecordedResponse }[]>("datadog/llmobs-status.json"))(
    "can be refused as it was: $capture",
    async ({ response: { status, headers = {} } }) => {
      const intake = await openIntake();
      await intake.setFault({ kind: "status", status, headers });
      const answer = await send(intake, { any: "body" });
      expect(answer.status).toBe(status);
      expect(Object.fromEntries(answer.headers)).toMatchObject(headers);
      expect(intake.received).toEqual({ spans: 0, requests: 0 });
    },
  );
});

const ENCODERS: Readonly<Record<string, (text: string) => Buffer>> = { gzip: gzipSync, deflate: deflateSync };

async function resend(
  intake: DatadogIntake,
  { path, content_encoding: encoding, body }: Capture<unknown>["requests"][number],
): Promise<Answer> {
  const encode = ENCODERS[encoding ?? ""];
  if (encode === undefined) return send(intake, body.value, { path });
  return send(intake, encode(JSON.stringify(body.value)), { path, headers: { "content-encoding": encoding ?? "" } });
}

function keysOf(text: string): string[] {
  return text === "" ? [] : Object.keys(JSON.parse(text) as object).toSorted();
}

/** The public API's place for each field of the SDK's own intake. */
function toPublic(body: Agentless): unknown {
  const spans = body.flatMap((element) => element.spans);
  const mlApp = spans[0]?.tags.find((tag) => tag.startsWith("ml_app:"))?.slice("ml_app:".length);
  return { data: { type: "span", attributes: { ml_app: mlApp, spans: spans.map(toPublicSpan) } } };
}

function toPublicSpan({ meta, ...rest }: AgentlessSpan): unknown {
  const { "span.kind": kind, "error.message": message, "error.type": type, "error.stack": stack, ...others } = meta;
  const { agent_attribution: _attribution, metadata = {}, ...documented } = others;
  const { _dd: _internal, collection_errors: _notice, ...span } = rest as Record<string, unknown>;
  const error = message === undefined ? {} : { error: { message, type, stack } };
  return { ...span, meta: { kind, ...documented, metadata: flat(metadata as object), ...error } };
}

/** The public API's metadata has no depth. */
function flat(metadata: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, typeof value === "object" ? JSON.stringify(value) : value]),
  );
}

/** Corrects what is wrong with the shape alone. */
function reshaped(spans: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return spans.map(({ error: _error, meta, ...span }) => {
    const { temperature, ...rest } = meta as Record<string, unknown>;
    const metadata = temperature === undefined ? {} : { metadata: { temperature } };
    return { ...span, trace_id: "0192f0c17a1070008000000000000abc", meta: { ...rest, ...metadata } };
  });
}
