import { TelemetryManager } from "@charm/telemetry-core";
import type { TelemetryHealth } from "@charm/telemetry-core";
import { startExporter } from "@charm/telemetry-testkit";
import type { ExporterAccount } from "@charm/telemetry-testkit";
import type { DatadogIntake } from "@charm/telemetry-testkit/intakes";
import { startDatadogIntake } from "@charm/telemetry-testkit/intakes";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { compareFields, fieldsOf } from "../../testkit/test/support/compare-fields.ts";
import type { Compared, Difference, Fields } from "../../testkit/test/support/compare-fields.ts";
import { DatadogExporter } from "../src/index.ts";
import type { SdkSpan } from "./support/recorded-run.ts";
import { RESEARCH_RUN_ID } from "../../testkit/test/support/research-run.ts";
import { playRecordedAgent, playRecordedHooks, recording, sdkSpan } from "./support/recorded-run.ts";

const never: AbortSignal = new AbortController().signal;

/**
 * The same run, once as the vendor's SDK has sent it (a recording), once as this exporter sends it to a server on
 * loopback: the trees are compared field by field. Every difference is listed below with its reason.
 */

/** What differs on purpose. */
const DIFFERENCES: Difference[] = [
  {
    where: "agent_action",
    path: "*",
    reason: "An action has no duration and is no span of ours: it is kept on the span in which it happened.",
  },
  { where: "research-agent", path: "meta.metadata.actions", ours: 1, reason: "The action, on its span." },
  { where: "research-agent", path: "meta.metadata.action_1_tool", ours: "search", reason: "The action, on its span." },
  {
    where: "research-agent",
    path: "meta.metadata.action_1_input",
    ours: '{"query":"capital of France"}',
    reason: "The action's input as the hook gives it; the driver of the SDK had put a log line beside it.",
  },
  {
    where: "research-agent",
    path: "meta.metadata.run_id",
    ours: RESEARCH_RUN_ID,
    reason: "Finds a run by the id that the agent and its runner know, also where it is no tag.",
  },
  {
    where: "chat-model",
    path: "meta.metadata.model_name",
    ours: "gpt-4o-mini",
    reason: "The public API's reference has the model under metadata; newer revisions beside it: both are sent.",
  },
  { where: "chat-model", path: "meta.metadata.model_provider", ours: "openai", reason: "Likewise." },
  {
    where: "chat-model",
    path: "meta.metadata.finish_reason",
    ours: "stop",
    reason: "Known to us, not to the SDK.",
  },
  {
    where: "*",
    path: "meta.agent_attribution.pagent_name",
    sdk: "research-agent",
    reason: "Not part of the public API.",
  },
  {
    where: "*",
    path: "meta.agent_attribution.pagent_span_id",
    sdk: "919794284038557584",
    reason: "Not part of the public API.",
  },
  { where: "*", path: "tags.source", sdk: "integration", reason: "Says which SDK has sent it." },
  { where: "*", path: "tags.ddtrace.version", sdk: "5.132.0", reason: "Says which SDK has sent it." },
  { where: "*", path: "tags.session_id", sdk: "session-42", reason: "A field of its own in the public API." },
];

/** Numbers of today's nanoseconds are exact to 256: a start, and a difference of two, can be so far off. */
const NANOSECONDS_APART = 512;

const API_KEY = "canary-api-key-0123";
const SPANS_IN_ORDER = ["chat-model", "search", "population", "weather", "research-agent"];

let intake: DatadogIntake;

async function open(): Promise<void> {
  intake = await startDatadogIntake({ apiKey: API_KEY });
  for (const [name, value] of Object.entries(recording.environment)) vi.stubEnv(name, value);
  vi.stubEnv("DD_API_KEY", API_KEY);
  vi.stubEnv("CHARM_DATADOG_ENDPOINT", intake.url);
  // The SDK's recording is of spans alone.
  vi.stubEnv("CHARM_DATADOG_METRICS", "off");
  vi.stubEnv("CHARM_DATADOG_LOGS", "off");
}

async function close(): Promise<void> {
  vi.unstubAllEnvs();
  await intake.close();
}

describe("handed to the exporter as hooks, with the recorded ids and times", () => {
  const shiftMs = Date.now() - sdkSpan("research-agent").start_ns / 1e6; // the intake takes nothing older than a day
  let account: ExporterAccount;

  beforeAll(async () => {
    await open();
    const started = await startExporter(new DatadogExporter());
    account = started.account;
    playRecordedHooks(started.exporter, started.accept, shiftMs);
    await started.exporter.shutdown(never);
  });

  afterAll(close);

  it("sends the tree that the vendor's SDK sends for the same run, but for what is listed", () => {
    expect(compare(shiftMs, (fields) => fields)).toEqual({ unlisted: [], unused: [] });
    expect(intake.unknownParents()).toEqual([]);
  });

  it("sends children before their parents, in one request", () => {
    expect(intake.spans.map(({ span }) => span.name)).toEqual(SPANS_IN_ORDER);
    expect(intake.received).toEqual({ spans: 5, requests: 1 });
  });

  it("is delivered whole", () => {
    expect(account).toMatchObject({ accepted: 13, outcomes: { delivered: 13 }, units: { spans: 5, requests: 1 } });
    expect(account.warnings).toEqual([]);
  });
});

describe("done again by an agent, through manager and host", () => {
  let health: TelemetryHealth;

  beforeAll(async () => {
    await open();
    const manager = new TelemetryManager({ exporters: [new DatadogExporter()], stdout: false });
    playRecordedAgent(manager);
    health = await manager.shutdown({ timeoutMs: 20_000 });
  });

  afterAll(close);

  it("sends the tree that the vendor's SDK sends for the same run, but for what is listed, ids and times", () => {
    expect(compare(0, withoutIdsAndTimes)).toEqual({ unlisted: [], unused: [] });
    expect(intake.unknownParents()).toEqual([]);
    expect(intake.spans.map(({ span }) => span.name)).toEqual(SPANS_IN_ORDER);
  });

  it("is delivered whole", () => {
    expect(health.exporters).toMatchObject([
      { accepted: 13, delivered: 13, pending: 0, units: { spans: 5, requests: 1 } },
    ]);
  });
});

type Named = readonly { readonly name: string; readonly span_id: string; readonly trace_id: string }[];

function compare(shiftMs: number, normalised: (fields: Fields, spans: Named) => Fields): Compared {
  const received = intake.spans.map(({ span }) => span);
  const sdk = recording.spans.map(
    (span) => [span.name, normalised(fieldsOfSdk(span, shiftMs), recording.spans)] as const,
  );
  const ours = intake.spans.map(
    ({ span, tags, mlApp }) =>
      [span.name, normalised(fieldsOfSpan({ ...span, tags: [...tags, `ml_app:${mlApp}`] }), received)] as const,
  );
  return compareFields(new Map(sdk), new Map(ours), DIFFERENCES, isSame);
}

const TIMES = ["start_ns", "duration", "metrics.time_to_first_token"];

/** Ids become the names of their spans: who is whose parent is still compared. */
function withoutIdsAndTimes(fields: Fields, spans: Named): Fields {
  const names = new Map(
    spans.flatMap(({ name, span_id: id, trace_id: trace }) => [
      [id, `<${name}>`],
      [trace, "<trace>"],
    ]),
  );
  const named = (path: "trace_id" | "span_id" | "parent_id"): unknown =>
    names.get(String(fields[path])) ?? fields[path];
  const times = TIMES.filter((path) => Number(fields[path]) > 0).map((path) => [path, "<time>"] as const);
  return {
    ...fields,
    trace_id: named("trace_id"),
    span_id: named("span_id"),
    parent_id: named("parent_id"),
    ...Object.fromEntries(times),
  };
}

/** The SDK's own intake has other names for some fields: here they are the public API's. */
function fieldsOfSdk({ tags, meta, start_ns: start, ...span }: SdkSpan, shiftMs: number): Fields {
  const { "span.kind": kind, "error.message": message, "error.type": type, "error.stack": stack, ...rest } = meta;
  return fieldsOfSpan({
    ...Object.fromEntries(Object.entries(span).filter(([key]) => key !== "_dd")), // not part of the public API
    start_ns: start + shiftMs * 1e6,
    tags,
    meta: { ...rest, kind, ...(message === undefined ? {} : { error: { message, type, stack } }) },
  });
}

function fieldsOfSpan({ tags, ...span }: { tags: readonly string[]; [key: string]: unknown }): Fields {
  const named = tags.map((tag) => [`tags.${tag.slice(0, tag.indexOf(":"))}`, tag.slice(tag.indexOf(":") + 1)]);
  return { ...fieldsOf(span), ...Object.fromEntries(named) };
}

function isSame(path: string, left: unknown, right: unknown): boolean {
  if (typeof left !== "number" || typeof right !== "number") return Object.is(left, right);
  if (path === "start_ns" || path === "duration") return Math.abs(left - right) <= NANOSECONDS_APART;
  if (path === "metrics.time_to_first_token") return Math.abs(left - right) < 1e-6; // cut to microseconds
  return left === right;
}
