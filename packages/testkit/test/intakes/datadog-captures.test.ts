import { describe, expect, test } from "vitest";
import { jsonFixture } from "../support/fixtures.ts";
import { send } from "../support/spans.ts";
import { openIntake } from "../support/with-intake.ts";

interface Capture<Body> {
  readonly requests: readonly { readonly path: string; readonly body: { readonly value: Body } }[];
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

/** The public API's place for each field of the SDK's own intake. */
function toPublic(body: Agentless): unknown {
  const spans = body.flatMap((element) => element.spans);
  const mlApp = spans[0]?.tags.find((tag) => tag.startsWith("ml_app:"))?.slice("ml_app:".length);
  return { data: { type: "span", attributes: { ml_app: mlApp, spans: spans.map(toPublicSpan) } } };
}

function toPublicSpan({ meta, ...rest }: AgentlessSpan): unknown {
  const { "span.kind": kind, "error.message": message, "error.type": type, "error.stack": stack, ...others } = meta;
  const { agent_attribution: _attribution, ...documented } = others;
  const { _dd: _internal, ...span } = rest as Record<string, unknown>;
  return {
    ...span,
    meta: { kind, ...documented, ...(message === undefined ? {} : { error: { message, type, stack } }) },
  };
}

/** Corrects what is wrong with the shape alone. */
function reshaped(spans: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return spans.map(({ error: _error, meta, ...span }) => {
    const { temperature, ...rest } = meta as Record<string, unknown>;
    const metadata = temperature === undefined ? {} : { metadata: { temperature } };
    return { ...span, trace_id: "0192f0c17a1070008000000000000abc", meta: { ...rest, ...metadata } };
  });
}
