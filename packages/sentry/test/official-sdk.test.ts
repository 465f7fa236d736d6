import { readFileSync } from "node:fs";
import type { HookResult } from "@charm/telemetry-core";
import { startSentryIntake } from "@charm/telemetry-testkit/intakes";
import type { SentryEvent, SentryIntake, SentrySpan } from "@charm/telemetry-testkit/intakes";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { contextOf, never, runInfo, startExporter } from "./support/attach.ts";

/**
 * The same run, once as the vendor's SDK has sent it (a recording), once as this exporter sends it to a server on
 * loopback: the envelopes are compared field by field. Every difference is listed below with its reason.
 */

type Header = Readonly<Record<string, unknown>> & { readonly sent_at: string; readonly trace: Record<string, string> };

const recording = JSON.parse(readFileSync(new URL("fixtures/official-sdk.run-ok.json", import.meta.url), "utf8")) as {
  environment: Record<string, string>;
  event: { header: Header; item: { header: object; payload: SentryEvent } };
  spans: { header: Header; item: { header: object; payload: { items: SentrySpan[] } } };
};
const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";
const PUBLIC_KEY = "0123456789abcdef0123456789abcdef";

/** Paths and values: `attributes.sentry.op.value`. */
type Fields = Record<string, unknown>;

const ABSENT = Symbol("absent");

interface Difference {
  /** A span's name, `event`, or the header of either; `*` for any. */
  readonly where: string;
  readonly path: string;
  /** Left out where the field is absent; a pattern where a value is another one each time. */
  readonly sdk?: unknown;
  readonly ours?: unknown;
  readonly reason: string;
}

const attribute = (
  where: string,
  key: string,
  sides: { sdk?: unknown; ours?: unknown },
  reason: string,
): Difference[] => {
  const side = (name: "sdk" | "ours", part: string): object => {
    const value = sides[name];
    if (value === undefined) return {};
    const type = typeof value === "boolean" ? "boolean" : typeof value === "number" ? "integer" : "string";
    return { [name]: part === "value" ? value : type };
  };
  return ["value", "type"].map((part) => ({
    where,
    path: `attributes.${key}.${part}`,
    ...side("sdk", part),
    ...side("ours", part),
    reason,
  }));
};

const SPANS = [
  "invoke_agent research-agent",
  "execute_tool search",
  "chat gpt-4o-mini",
  "execute_tool weather",
  "execute_tool population",
];
const FOUND = "Finds the spans of a run by the id that the agent and its runner know.";
const TIMES = "The SDK's own clock, read when the driver called it.";

/** What differs on purpose. */
const DIFFERENCES: Difference[] = [
  ...SPANS.flatMap((span) => attribute(span, "charm.run_id", { ours: RUN_ID }, FOUND)),
  ...SPANS.slice(1).flatMap((span) =>
    attribute(
      span,
      "gen_ai.conversation.id",
      { ours: "session-42" },
      "Sentry groups a conversation by it on any span.",
    ),
  ),
  ...attribute(
    "chat gpt-4o-mini",
    "gen_ai.agent.name",
    { ours: "research-agent" },
    "Sentry's own handlers have it on calls of models, too.",
  ),
  ...attribute(
    "chat gpt-4o-mini",
    "gen_ai.response.model",
    { sdk: "gpt-4o-mini" },
    "The driver of the SDK copied the name that was asked for; we are not told which model answered.",
  ),
  ...attribute("chat gpt-4o-mini", "gen_ai.request.max_tokens", { ours: 64 }, "The driver of the SDK left it out."),
  ...attribute(
    "invoke_agent research-agent",
    "charm.actions",
    { ours: '[{"tool":"search","tool_input":"{\\"query\\":\\"capital of France\\"}"}]' },
    "An action has no duration and is no span; breadcrumbs are sent with errors alone.",
  ),
  ...attribute("execute_tool population", "error.type", { ours: "TypeError" }, "A failed span says why by itself."),
  ...attribute(
    "execute_tool population",
    "error.message",
    { ours: "population service returned no rows" },
    "A failed span says why by itself.",
  ),
  ...["0", "1"].map((index) => ({
    where: "invoke_agent research-agent",
    path: `attributes.sentry.sdk.integrations.value.${index}`,
    sdk: index === "0" ? "SpanStreaming" : "LinkedErrors",
    reason: "No integration is installed: spans and causes are written by the exporter itself.",
  })),
  {
    where: "invoke_agent research-agent",
    path: "attributes.sentry.sdk.integrations.type",
    sdk: "array",
    reason: "No integration is installed.",
  },
  ...["0", "1"].map((index) => ({
    where: "event",
    path: `sdk.integrations.${index}`,
    sdk: index === "0" ? "SpanStreaming" : "LinkedErrors",
    reason: "No integration is installed.",
  })),
  { where: "event", path: "tags.host_global_tag", sdk: "global", reason: "The host's: ours never sees it." },
  { where: "event", path: "event_id", sdk: /^[0-9a-f]{32}$/, ours: /^[0-9a-f]{32}$/, reason: "Made by each." },
  { where: "event", path: "timestamp", sdk: /./, ours: 1795338783.915, reason: `The failed call's end. ${TIMES}` },
  { where: "event", path: "breadcrumbs.*", reason: "Compared by a test of its own." },
  { where: "event header", path: "event_id", sdk: /^[0-9a-f]{32}$/, ours: /^[0-9a-f]{32}$/, reason: "Made by each." },
  ...["event header", "spans header"].flatMap((where) => [
    { where, path: "sent_at", sdk: /^2026/, ours: /^20\d\d-/, reason: "Now." },
    {
      where,
      path: "trace.sample_rand",
      sdk: /^0\.\d+$/,
      ours: /^0\.\d+$/,
      reason: "Ours comes from the trace id, so that spans that are sent apart are kept or left out together.",
    },
  ]),
];

let intake: SentryIntake;

beforeAll(async () => {
  intake = await startSentryIntake({ publicKey: PUBLIC_KEY, projectId: "4501" });
  await play();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await intake.close();
});

it("sends the envelopes that the vendor's SDK sends for the same run, but for what is listed", () => {
  const [received] = intake.events;
  const sdk: Record<string, unknown> = {
    "event header": recording.event.header,
    "spans header": recording.spans.header,
    event: recording.event.item.payload,
    ...Object.fromEntries(recording.spans.item.payload.items.map((span) => [span.name, span])),
  };
  const ours: Record<string, unknown> = {
    "event header": received?.envelope,
    "spans header": intake.spans[0]?.envelope,
    event: received?.event,
    ...Object.fromEntries(intake.spans.map(({ span }) => [span.name, span])),
  };
  const unlisted: string[] = [];
  const used = new Set<object>();
  for (const where of new Set([...Object.keys(sdk), ...Object.keys(ours)])) {
    for (const { path, left, right } of differences(fieldsOf(sdk[where]), fieldsOf(ours[where]))) {
      const listed = DIFFERENCES.find((known) => isListed(known, where, path, left, right));
      if (listed === undefined) unlisted.push(`${where} ${path}: SDK ${String(left)}, ours ${String(right)}`);
      else used.add(listed);
    }
  }
  expect(unlisted).toEqual([]);
  expect(DIFFERENCES.filter((known) => !used.has(known))).toEqual([]);
  expect(intake.unknownParents()).toEqual([]);
});

it("leaves the same steps before the error, and how they ended", () => {
  const steps = intake.events[0]?.event.breadcrumbs ?? [];
  expect(recording.event.item.payload.breadcrumbs?.map(({ message }) => message)).toEqual([
    "agent action: search",
    "tool start: search",
    "tool start: weather",
    "tool start: population",
  ]);
  expect(steps.map(({ message }) => message)).toEqual([
    "run start",
    "agent action: search",
    "tool start: search",
    "llm start: gpt-4o-mini",
    "llm end",
    "tool end: search",
    "tool start: weather",
    "tool start: population",
  ]);
  expect(steps[1]).toEqual({
    timestamp: 1795338783.84,
    category: "agent.action",
    message: "agent action: search",
    level: "info",
    data: { tool: "search", tool_input: '{"query":"capital of France"}' },
  });
});

it("sends the spans of a run in one envelope with the SDK's item header", () => {
  expect(intake.requests).toHaveLength(2);
  const bodies = intake.requests.map(({ body }) => String(body).split("\n"));
  expect(bodies.map((lines) => lines.length)).toEqual([3, 3]);
  const headers = bodies.map((lines) => JSON.parse(lines[1] ?? "") as { type: string });
  expect(headers.find(({ type }) => type === "span")).toEqual(recording.spans.item.header);
  expect(headers.find(({ type }) => type === "event")).toEqual(recording.event.item.header);
});

/** Hands the recorded run to the exporter, as hooks. */
async function play(): Promise<void> {
  for (const [name, value] of Object.entries(recording.environment)) vi.stubEnv(name, value);
  vi.stubEnv("SENTRY_DSN", intake.dsn);
  const { exporter, account, accept } = await startExporter();
  const at = (name: string, where: "start" | "end"): ReturnType<typeof contextOf> => {
    const span = sdkSpan(name);
    const toolCallId = span.attributes["gen_ai.tool.call.id"]?.value;
    return contextOf(span.span_id, span.parent_span_id, {
      runId: RUN_ID,
      traceId: span.trace_id,
      timeUnixMs: (where === "start" ? span.start_timestamp : span.end_timestamp) * 1000,
      toolCallId: typeof toolCallId === "string" ? toolCallId : undefined,
    });
  };
  const value = (name: string, key: string): string => String(sdkSpan(name).attributes[key]?.value);
  const texts = (name: string, key: string): { role: string; content: string }[] =>
    (JSON.parse(value(name, key)) as { role: string; parts: { content: string }[] }[]).map(({ role, parts }) => ({
      role,
      content: parts.map(({ content }) => content).join(""),
    }));
  const run = "invoke_agent research-agent";
  const root = at(run, "start");
  const llm = "chat gpt-4o-mini";
  const info = runInfo({ name: "research-agent", threadId: "session-42" });
  accept(
    exporter.onRunStart(RUN_ID, { question: texts(run, "gen_ai.input.messages")[0]?.content }, { ...root, run: info }),
    exporter.onAgentAction("search", '{"query":"capital of France"}', { ...root, timeUnixMs: 1795338783840 }),
    exporter.onToolStart(
      "search",
      value("execute_tool search", "gen_ai.tool.call.arguments"),
      at("execute_tool search", "start"),
    ),
    exporter.onLlmStart(
      {
        model: "gpt-4o-mini",
        provider: "openai",
        messages: texts(llm, "gen_ai.input.messages"),
        parameters: { max_tokens: 64 },
      },
      at(llm, "start"),
    ),
    ...["Paris is the ", "capital of France."].map((token): HookResult =>
      exporter.onLlmNewToken(token, at(llm, "start")),
    ),
    exporter.onLlmEnd(
      {
        usage: { inputTokens: 42, outputTokens: 7, totalTokens: 49 },
        finishReason: "stop",
        timeToFirstTokenMs: Number(sdkSpan(llm).attributes["gen_ai.response.time_to_first_chunk"]?.value) * 1000,
      },
      at(llm, "end"),
    ),
    exporter.onToolEnd(
      "search",
      value("execute_tool search", "gen_ai.tool.call.result"),
      at("execute_tool search", "end"),
    ),
    exporter.onToolStart(
      "weather",
      value("execute_tool weather", "gen_ai.tool.call.arguments"),
      at("execute_tool weather", "start"),
    ),
    exporter.onToolStart(
      "population",
      value("execute_tool population", "gen_ai.tool.call.arguments"),
      at("execute_tool population", "start"),
    ),
    exporter.onToolError("population", recordedError(), at("execute_tool population", "end")),
    exporter.onToolEnd(
      "weather",
      value("execute_tool weather", "gen_ai.tool.call.result"),
      at("execute_tool weather", "end"),
    ),
    exporter.onRunEnd(RUN_ID, { answer: texts(run, "gen_ai.output.messages")[0]?.content }, at(run, "end")),
  );
  await exporter.shutdown(never);
  expect(account).toMatchObject({ accepted: 13, outcomes: { delivered: 13 }, units: { spans: 5, requests: 2 } });
  expect(account.warnings).toEqual([]);
}

/** The error whose stack the SDK has taken apart. */
function recordedError(): Error {
  const error = new TypeError("population service returned no rows");
  const frames = recording.event.item.payload.exception?.values[0]?.stacktrace?.frames ?? [];
  const lines = frames
    .map((frame) => `    at ${frame.function} (${frame.filename}:${frame.lineno}:${frame.colno})`)
    .toReversed();
  error.stack = [`TypeError: ${error.message}`, ...lines].join("\n");
  return error;
}

function sdkSpan(name: string): SentrySpan {
  const span = recording.spans.item.payload.items.find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span ${name} in the recording`);
  return span;
}

function fieldsOf(value: unknown): Fields {
  const fields: Fields = {};
  const visit = (path: string, member: unknown): void => {
    if (typeof member !== "object" || member === null) fields[path] = member;
    else for (const [key, inner] of Object.entries(member)) visit(path === "" ? key : `${path}.${key}`, inner);
  };
  visit("", value);
  return fields;
}

function* differences(sdk: Fields, ours: Fields): Generator<{ path: string; left: unknown; right: unknown }> {
  for (const path of new Set([...Object.keys(sdk), ...Object.keys(ours)])) {
    const left = path in sdk ? sdk[path] : ABSENT;
    const right = path in ours ? ours[path] : ABSENT;
    if (!isSame(path, left, right)) yield { path, left, right };
  }
}

function isSame(path: string, left: unknown, right: unknown): boolean {
  if (typeof left !== "number" || typeof right !== "number") return Object.is(left, right);
  // Cut to microseconds.
  return path.includes("time_to_first_chunk") ? Math.abs(left - right) < 1e-6 : left === right;
}

function isListed(known: Difference, where: string, path: string, left: unknown, right: unknown): boolean {
  if (known.where !== where) return false;
  if (known.path.endsWith("*")) return path.startsWith(known.path.slice(0, -1));
  return known.path === path && isValue(known, "sdk", left) && isValue(known, "ours", right);
}

function isValue(known: Difference, side: "sdk" | "ours", value: unknown): boolean {
  if (!(side in known)) return value === ABSENT;
  const expected = known[side];
  return expected instanceof RegExp ? expected.test(String(value)) : Object.is(expected, value);
}
