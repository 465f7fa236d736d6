import { readFileSync } from "node:fs";
import type { HookResult } from "@charm/telemetry-core";
import type { DatadogIntake } from "@charm/telemetry-testkit/intakes";
import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { contextOf, never, runInfo, startExporter } from "./support/attach.ts";

/**
 * The same run, once as the vendor's SDK has sent it (a recording), once as this exporter sends it to a server on
 * loopback: the trees are compared field by field. Every difference is listed below with its reason.
 */

interface SdkSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly start_ns: number;
  readonly duration: number;
  readonly status: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly session_id: string;
}

const recording = JSON.parse(readFileSync(new URL("fixtures/official-sdk.run-ok.json", import.meta.url), "utf8")) as {
  environment: Record<string, string>;
  spans: SdkSpan[];
};

/** A span as paths and values: `meta.kind`, `tags.env`. */
type Fields = Record<string, unknown>;

const ABSENT = Symbol("absent");

/** What differs on purpose. `*` stands for any span; `sdk` or `ours` is left out where the field is absent. */
const DIFFERENCES: { span: string; path: string; sdk?: unknown; ours?: unknown; reason: string }[] = [
  {
    span: "agent_action",
    path: "*",
    reason: "An action has no duration and is no span of ours: it is kept on the span in which it happened.",
  },
  { span: "research-agent", path: "meta.metadata.actions", ours: 1, reason: "The action, on its span." },
  { span: "research-agent", path: "meta.metadata.action_1_tool", ours: "search", reason: "The action, on its span." },
  {
    span: "research-agent",
    path: "meta.metadata.action_1_input",
    ours: '{"query":"capital of France"}',
    reason: "The action's input as the hook gives it; the driver of the SDK had put a log line beside it.",
  },
  {
    span: "research-agent",
    path: "meta.metadata.run_id",
    ours: "0192f0c1-7a10-7000-8000-00000000c0de",
    reason: "Finds a run by the id that the agent and its runner know, also where it is no tag.",
  },
  ...["chat-model"].flatMap((span) => [
    {
      span,
      path: "meta.metadata.model_name",
      ours: "gpt-4o-mini",
      reason: "The public API's reference has the model under metadata; newer revisions beside it: both are sent.",
    },
    { span, path: "meta.metadata.model_provider", ours: "openai", reason: "Likewise." },
    { span, path: "meta.metadata.finish_reason", ours: "stop", reason: "Known to us, not to the SDK." },
  ]),
  {
    span: "*",
    path: "meta.agent_attribution.pagent_name",
    sdk: "research-agent",
    reason: "Not part of the public API.",
  },
  {
    span: "*",
    path: "meta.agent_attribution.pagent_span_id",
    sdk: "919794284038557584",
    reason: "Not part of the public API.",
  },
  { span: "*", path: "tags.source", sdk: "integration", reason: "Says which SDK has sent it." },
  { span: "*", path: "tags.ddtrace.version", sdk: "5.132.0", reason: "Says which SDK has sent it." },
  { span: "*", path: "tags.session_id", sdk: "session-42", reason: "A field of its own in the public API." },
];

/** Numbers of today's nanoseconds are exact to 256: a start, and a difference of two, can be so far off. */
const NANOSECONDS_APART = 512;

let intake: DatadogIntake;

beforeAll(async () => {
  intake = await startDatadogIntake({ apiKey: "canary-api-key-0123" });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await intake.close();
});

it("sends the tree that the vendor's SDK sends for the same run, but for what is listed", async () => {
  const shiftMs = Date.now() - sdkSpan("research-agent").start_ns / 1e6; // the intake takes nothing older than a day
  await play(shiftMs);
  const sdk = new Map(recording.spans.map((span) => [span.name, fieldsOfSdk(span, shiftMs)]));
  const ours = new Map(
    intake.spans.map(({ span, tags, mlApp }) => [span.name, fieldsOf({ ...span, tags: [...tags, `ml_app:${mlApp}`] })]),
  );

  const unlisted: string[] = [];
  const used = new Set<object>();
  for (const name of new Set([...sdk.keys(), ...ours.keys()])) {
    for (const { path, left, right } of differences(sdk.get(name), ours.get(name))) {
      const listed = DIFFERENCES.find(
        (known) =>
          (known.span === "*" || known.span === name) &&
          (known.path === path || known.path === "*") &&
          (known.path === "*" || ("sdk" in known ? Object.is(known.sdk, left) : left === ABSENT)) &&
          (known.path === "*" || ("ours" in known ? Object.is(known.ours, right) : right === ABSENT)),
      );
      if (listed === undefined) unlisted.push(`${name} ${path}: SDK ${String(left)}, ours ${String(right)}`);
      else used.add(listed);
    }
  }
  expect(unlisted).toEqual([]);
  expect(DIFFERENCES.filter((known) => !used.has(known))).toEqual([]);
  expect(intake.unknownParents()).toEqual([]);
});

it("sends children before their parents, in one request", () => {
  expect(intake.spans.map(({ span }) => span.name)).toEqual([
    "chat-model",
    "search",
    "population",
    "weather",
    "research-agent",
  ]);
  expect(intake.received).toEqual({ spans: 5, requests: 1 });
});

/** Hands the recorded run to the exporter, as hooks. */
async function play(shiftMs: number): Promise<void> {
  for (const [name, value] of Object.entries(recording.environment)) vi.stubEnv(name, value);
  vi.stubEnv("DD_API_KEY", "canary-api-key-0123");
  vi.stubEnv("CHARM_DATADOG_ENDPOINT", intake.url);
  const { exporter, account, accept } = await startExporter();
  const traceId = sdkSpan("research-agent").trace_id;
  const at = (name: string, where: "start" | "end"): ReturnType<typeof contextOf> => {
    const { span_id: id, parent_id: parent, start_ns: start, duration, meta } = sdkSpan(name);
    const toolCallId = (meta["metadata"] as { tool_id?: string } | undefined)?.tool_id;
    return contextOf(hex(id), parent === "undefined" ? undefined : hex(parent), {
      traceId,
      timeUnixMs: shiftMs + start / 1e6 + (where === "end" ? duration / 1e6 : 0),
      toolCallId,
    });
  };
  const value = (name: string, side: "input" | "output"): string =>
    (sdkSpan(name).meta[side] as { value: string }).value;
  const messages = (name: string, side: "input" | "output"): { role: string; content: string }[] =>
    (sdkSpan(name).meta[side] as { messages: { role: string; content: string }[] }).messages;
  const runId = "0192f0c1-7a10-7000-8000-00000000c0de";
  const info = runInfo({
    name: "research-agent",
    threadId: "session-42",
    tags: [`run_id:${runId}`, "team:research"],
    metadata: { version: "1.2.3" },
  });
  const root = at("research-agent", "start");
  const { meta } = sdkSpan("population");
  const error = new TypeError(String(meta["error.message"]));
  error.stack = String(meta["error.stack"]);
  const { metrics } = sdkSpan("chat-model");

  accept(
    exporter.onRunStart(runId, JSON.parse(value("research-agent", "input")) as Record<string, unknown>, {
      ...root,
      run: info,
    }),
    exporter.onAgentAction("search", '{"query":"capital of France"}', { ...root, timeUnixMs: root.timeUnixMs + 1 }),
    exporter.onToolStart("search", value("search", "input"), at("search", "start")),
    exporter.onLlmStart(
      {
        model: "gpt-4o-mini",
        provider: "openai",
        name: "chat-model",
        messages: messages("chat-model", "input"),
        parameters: { temperature: 0, max_tokens: 64 },
      },
      at("chat-model", "start"),
    ),
    ...["Paris is the ", "capital of France."].map((token): HookResult =>
      exporter.onLlmNewToken(token, at("chat-model", "start")),
    ),
    exporter.onLlmEnd(
      {
        usage: { inputTokens: 42, outputTokens: 7, totalTokens: 49 },
        finishReason: "stop",
        timeToFirstTokenMs: (metrics["time_to_first_token"] ?? 0) * 1000,
      },
      at("chat-model", "end"),
    ),
    exporter.onToolEnd("search", value("search", "output"), at("search", "end")),
    exporter.onToolStart("weather", value("weather", "input"), at("weather", "start")),
    exporter.onToolStart("population", value("population", "input"), at("population", "start")),
    exporter.onToolError("population", error, at("population", "end")),
    exporter.onToolEnd("weather", value("weather", "output"), at("weather", "end")),
    exporter.onRunEnd(
      runId,
      JSON.parse(value("research-agent", "output")) as Record<string, unknown>,
      at("research-agent", "end"),
    ),
  );
  await exporter.shutdown(never);
  expect(account).toMatchObject({ accepted: 13, outcomes: { delivered: 13 }, units: { spans: 5, requests: 1 } });
  expect(account.warnings).toEqual([]);
}

function sdkSpan(name: string): SdkSpan {
  const span = recording.spans.find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span ${name} in the recording`);
  return span;
}

/** The SDK's own intake has other names for some fields: here they are the public API's. */
function fieldsOfSdk({ tags, meta, start_ns: start, ...span }: SdkSpan, shiftMs: number): Fields {
  const { "span.kind": kind, "error.message": message, "error.type": type, "error.stack": stack, ...rest } = meta;
  return fieldsOf({
    ...Object.fromEntries(Object.entries(span).filter(([key]) => key !== "_dd")), // not part of the public API
    start_ns: start + shiftMs * 1e6,
    tags,
    meta: { ...rest, kind, ...(message === undefined ? {} : { error: { message, type, stack } }) },
  });
}

function fieldsOf({ tags, ...span }: { tags: readonly string[]; [key: string]: unknown }): Fields {
  const fields: Fields = {};
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) fields[path] = value;
    // An empty object and an absent one say the same: nothing is known.
    else for (const [key, member] of Object.entries(value)) visit(`${path}${path === "" ? "" : "."}${key}`, member);
  };
  visit("", span);
  for (const tag of tags) fields[`tags.${tag.slice(0, tag.indexOf(":"))}`] = tag.slice(tag.indexOf(":") + 1);
  return fields;
}

function* differences(
  sdk: Fields | undefined,
  ours: Fields | undefined,
): Generator<{ path: string; left: unknown; right: unknown }> {
  if (sdk === undefined || ours === undefined) {
    yield { path: "*", left: sdk === undefined ? ABSENT : "a span", right: ours === undefined ? ABSENT : "a span" };
    return;
  }
  for (const path of new Set([...Object.keys(sdk), ...Object.keys(ours)])) {
    const left = path in sdk ? sdk[path] : ABSENT;
    const right = path in ours ? ours[path] : ABSENT;
    if (!isSame(path, left, right)) yield { path, left, right };
  }
}

function isSame(path: string, left: unknown, right: unknown): boolean {
  if (typeof left !== "number" || typeof right !== "number") return Object.is(left, right);
  if (path === "start_ns" || path === "duration") return Math.abs(left - right) <= NANOSECONDS_APART;
  if (path === "metrics.time_to_first_token") return Math.abs(left - right) < 1e-6; // cut to microseconds
  return left === right;
}

function hex(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(16, "0");
}
