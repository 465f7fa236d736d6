import { TelemetryManager } from "@charm/telemetry-core";
import type { TelemetryHealth } from "@charm/telemetry-core";
import { startExporter } from "@charm/telemetry-testkit";
import type { ExporterAccount } from "@charm/telemetry-testkit";
import { startSentryIntake } from "@charm/telemetry-testkit/intakes";
import type { SentryIntake } from "@charm/telemetry-testkit/intakes";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { compareFields, fieldsOf } from "../../testkit/test/support/compare-fields.ts";
import type { Compared, Difference, Fields } from "../../testkit/test/support/compare-fields.ts";
import { SentryExporter } from "../src/index.ts";
import { RESEARCH_RUN_ID } from "../../testkit/test/support/research-run.ts";
import { playRecordedAgent, playRecordedHooks, recording } from "./support/recorded-run.ts";

const never: AbortSignal = new AbortController().signal;

/**
 * The same run, once as the vendor's SDK has sent it (a recording), once as this exporter sends it to a server on
 * loopback: the envelopes are compared field by field. Every difference is listed below with its reason.
 */

const PUBLIC_KEY = "0123456789abcdef0123456789abcdef";

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

const STEPS = [
  "run start",
  "agent action: search",
  "tool start: search",
  "llm start: gpt-4o-mini",
  "llm end",
  "tool end: search",
  "tool start: weather",
  "tool start: population",
];

/** What differs on purpose. */
const DIFFERENCES: Difference[] = [
  ...SPANS.flatMap((span) => attribute(span, "charm.run_id", { ours: RESEARCH_RUN_ID }, FOUND)),
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
  for (const [name, value] of Object.entries(recording.environment)) vi.stubEnv(name, value);
});

afterAll(() => vi.unstubAllEnvs());

async function open(): Promise<void> {
  intake = await startSentryIntake({ publicKey: PUBLIC_KEY, projectId: "4501" });
  vi.stubEnv("SENTRY_DSN", intake.dsn);
}

describe("handed to the exporter as hooks, with the recorded ids and times", () => {
  let account: ExporterAccount;

  beforeAll(async () => {
    await open();
    const started = await startExporter(new SentryExporter());
    account = started.account;
    playRecordedHooks(started.exporter, started.accept);
    await started.exporter.shutdown(never);
  });

  afterAll(() => intake.close());

  it("sends the envelopes that the vendor's SDK sends for the same run, but for what is listed", () => {
    expect(compare(DIFFERENCES, (value) => value)).toEqual({ unlisted: [], unused: [] });
    expect(intake.unknownParents()).toEqual([]);
  });

  it("is delivered whole", () => {
    expect(account).toMatchObject({ accepted: 13, outcomes: { delivered: 13 }, units: { spans: 5, requests: 2 } });
    expect(account.warnings).toEqual([]);
  });

  it("leaves the same steps before the error, and how they ended", () => {
    const steps = intake.events[0]?.event.breadcrumbs ?? [];
    expect(recording.event.item.payload.breadcrumbs?.map(({ message }) => message)).toEqual([
      "agent action: search",
      "tool start: search",
      "tool start: weather",
      "tool start: population",
    ]);
    expect(steps.map(({ message }) => message)).toEqual(STEPS);
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
});

describe("done again by an agent, through manager and host", () => {
  let health: TelemetryHealth;

  beforeAll(async () => {
    await open();
    const manager = new TelemetryManager({ exporters: [new SentryExporter()], stdout: false });
    playRecordedAgent(manager);
    health = await manager.shutdown({ timeoutMs: 20_000 });
  });

  afterAll(() => intake.close());

  it("sends the envelopes that the vendor's SDK sends for the same run, but for what is listed, ids and times", () => {
    const timeless = DIFFERENCES.filter(({ path }) => path !== "timestamp");
    expect(compare(timeless, withoutIdsAndTimes)).toEqual({ unlisted: [], unused: [] });
    expect(intake.unknownParents()).toEqual([]);
    expect(intake.events[0]?.event.breadcrumbs?.map(({ message }) => message)).toEqual(STEPS);
  });

  it("is delivered whole", () => {
    expect(health.exporters).toMatchObject([
      { accepted: 13, delivered: 13, pending: 0, units: { spans: 5, requests: 2 } },
    ]);
  });
});

type Named = readonly { readonly name: string; readonly span_id: string; readonly trace_id: string }[];

function compare(listed: readonly Difference[], normalised: (value: unknown, spans: Named) => unknown): Compared {
  const [received] = intake.events;
  const recordedSpans = recording.spans.item.payload.items;
  const ourSpans = intake.spans.map(({ span }) => span);
  const sdk: Record<string, unknown> = {
    "event header": recording.event.header,
    "spans header": recording.spans.header,
    event: recording.event.item.payload,
    ...Object.fromEntries(recordedSpans.map((span) => [span.name, span])),
  };
  const ours: Record<string, unknown> = {
    "event header": received?.envelope,
    "spans header": intake.spans[0]?.envelope,
    event: received?.event,
    ...Object.fromEntries(ourSpans.map((span) => [span.name, span])),
  };
  const fields = (sent: Record<string, unknown>, spans: Named): Map<string, Fields> =>
    new Map(Object.entries(sent).map(([where, value]) => [where, fieldsOf(normalised(value, spans))]));
  return compareFields(fields(sdk, recordedSpans), fields(ours, ourSpans), listed, isSame);
}

/** Span ids become the names of their spans: who is whose parent is still compared. */
function withoutIdsAndTimes(value: unknown, spans: Named): unknown {
  let text = JSON.stringify(value);
  for (const { name, span_id: id, trace_id: trace } of spans)
    text = text.replaceAll(`"${id}"`, `"<${name}>"`).replaceAll(`"${trace}"`, '"<trace>"');
  return JSON.parse(text, (key, member: unknown) =>
    /timestamp$/.test(key) ? "<time>" : key.endsWith("time_to_first_chunk") ? "<seconds>" : member,
  );
}

function isSame(path: string, left: unknown, right: unknown): boolean {
  if (typeof left !== "number" || typeof right !== "number") return Object.is(left, right);
  // Cut to microseconds.
  return path.includes("time_to_first_chunk") ? Math.abs(left - right) < 1e-6 : left === right;
}
