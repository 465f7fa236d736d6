import { TelemetryManager } from "@charm/telemetry-core";
import type { TelemetryHealth } from "@charm/telemetry-core";
import { startExporter } from "@charm/telemetry-testkit";
import type { ExporterAccount } from "@charm/telemetry-testkit";
import { startLangsmithIntake } from "@charm/telemetry-testkit/intakes";
import type { LangsmithIntake, LangsmithRun } from "@charm/telemetry-testkit/intakes";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { compareFields, fieldsOf } from "../../testkit/test/support/compare-fields.ts";
import type { Compared, Difference, Fields } from "../../testkit/test/support/compare-fields.ts";
import { LangsmithExporter } from "../src/index.ts";
import { RESEARCH_RUN_ID } from "../../testkit/test/support/research-run.ts";
import { playRecordedAgent, playRecordedHooks, sdkRun, sdkRuns, unixMs } from "./support/recorded-run.ts";

const never: AbortSignal = new AbortController().signal;

/**
 * The same run, once as the vendor's SDK has sent it (a recording), once as this exporter sends it to a server on
 * loopback: the runs are compared field by field. Every difference is listed below with its reason.
 */

/** What differs on purpose. */
const DIFFERENCES: Difference[] = [
  { where: "*", path: "extra.metadata.LANGSMITH_TRACING", sdk: "true", reason: "The environment is not copied." },
  {
    where: "*",
    path: "extra.metadata.LANGSMITH_WORKSPACE_ID",
    sdk: "11111111-2222-4333-8444-555555555555",
    reason: "The environment is not copied.",
  },
  ...["library", "runtime", "sdk", "sdk_version"].map((field) => ({
    where: "*",
    path: `extra.runtime.${field}`,
    sdk: { library: "langsmith", runtime: "node", sdk: "langsmith-js", sdk_version: "0.12.0" }[field],
    reason: "Switched off together with the environment.",
  })),
  ...["search", "weather", "population"].map((where) => ({
    where,
    path: "tags.0",
    sdk: "tool",
    reason: "The driver's own tag; tags of ours are the run's.",
  })),
  {
    where: "research-agent",
    path: "events.0.kwargs.log",
    sdk: "I should search for the capital first.",
    reason: "The hook has no log line beside the action's input.",
  },
  {
    where: "chat-model",
    path: "events.*",
    reason: "One new_token is what the time to the first token is made of; the end is end_time.",
  },
  {
    where: "chat-model",
    path: "extra.metadata.tool_call_id",
    sdk: "call_a1",
    reason: "Children inherit the run's metadata, not that of a tool above them.",
  },
  {
    where: "chat-model",
    path: "extra.metadata.finish_reason",
    ours: "stop",
    reason: "Known to us, not to the driver of the SDK.",
  },
  ...Object.entries({ input_tokens: 42, output_tokens: 7, total_tokens: 49 }).map(([field, ours]) => ({
    where: "chat-model",
    path: `extra.metadata.usage_metadata.${field}`,
    ours,
    reason: "Also in metadata, as the SDK's traceable does: costs remain where outputs are hidden.",
  })),
  {
    where: "chat-model",
    path: "extra.invocation_params.max_tokens",
    ours: 64,
    reason: "All parameters of the call; the driver gave the SDK two of them.",
  },
];

const API_KEY = "canary-api-key-0123";

let intake: LangsmithIntake;

async function open(): Promise<void> {
  intake = await startLangsmithIntake({ apiKey: API_KEY });
  vi.stubEnv("LANGSMITH_API_KEY", API_KEY);
  vi.stubEnv("LANGSMITH_ENDPOINT", intake.url);
  vi.stubEnv("LANGSMITH_PROJECT", "charm-demo");
  vi.stubEnv("LANGSMITH_TRACING", "true");
  vi.stubEnv("LANGSMITH_WORKSPACE_ID", "11111111-2222-4333-8444-555555555555");
}

async function close(): Promise<void> {
  vi.unstubAllEnvs();
  await intake.close();
}

describe("handed to the exporter as hooks, with the recorded times", () => {
  let account: ExporterAccount;

  beforeAll(async () => {
    await open();
    const started = await startExporter(new LangsmithExporter());
    account = started.account;
    playRecordedHooks(started.exporter, started.accept);
    await started.exporter.shutdown(never);
  });

  afterAll(close);

  it("sends the runs that the vendor's SDK sends for the same run, but for what is listed", () => {
    expect(compare((fields) => fields)).toEqual({ unlisted: [], unused: [] });
  });

  it("sends the first token once, at the time at which the SDK has seen it", () => {
    const [first = ""] = tokenTimes(sdkRun("chat-model"));
    expect(tokenTimes(ourRun("chat-model"))).toEqual([first.replace("Z", "000Z")]);
  });

  it("sends a whole trace in one request, the run under the agent's own id", () => {
    expect(intake.operations.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => "post"));
    expect(intake.received).toEqual({ runs: 5, requests: 1 });
    expect(intake.runs.get(RESEARCH_RUN_ID)?.name).toBe("research-agent");
    expect([intake.unknownParents(), intake.unended()]).toEqual([[], []]);
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
    const manager = new TelemetryManager({ exporters: [new LangsmithExporter()], stdout: false });
    playRecordedAgent(manager);
    health = await manager.shutdown({ timeoutMs: 20_000 });
  });

  afterAll(close);

  it("sends the runs that the vendor's SDK sends for the same run, but for what is listed, and times", () => {
    expect(compare(withoutTimes)).toEqual({ unlisted: [], unused: [] });
    expect(intake.runs.get(RESEARCH_RUN_ID)?.name).toBe("research-agent");
    expect([intake.unknownParents(), intake.unposted(), intake.unended()]).toEqual([[], [], []]);
  });

  it("sends the first token once, at a time within the call", () => {
    const run = ourRun("chat-model");
    const times = tokenTimes(run).map(micros);
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThanOrEqual(micros(run?.start_time));
    expect(times[0]).toBeLessThanOrEqual(micros(run?.end_time));
  });

  it("is delivered whole", () => {
    expect(health.exporters).toMatchObject([{ accepted: 13, delivered: 13, pending: 0, units: { spans: 5 } }]);
  });
});

function ourRun(name: string): LangsmithRun | undefined {
  return [...intake.runs.values()].find((run) => run.name === name);
}

function tokenTimes(run: LangsmithRun | undefined): string[] {
  return (run?.events ?? []).filter(({ name }) => name === "new_token").map(({ time = "" }) => time);
}

function compare(normalised: (fields: Fields) => Fields): Compared {
  const byName = (runs: readonly LangsmithRun[]): Map<string, Fields> =>
    new Map(runs.map((run) => [run.name ?? "", normalised(fieldsOfRun(run, runs))]));
  return compareFields(byName(sdkRuns()), byName([...intake.runs.values()]), DIFFERENCES);
}

/** Ids are replaced by the names of their runs, times by microseconds since 1970. */
function fieldsOfRun(run: LangsmithRun, all: readonly LangsmithRun[]): Fields {
  const { id, trace_id: trace, parent_run_id: parent, dotted_order: order, start_time: start, end_time: end } = run;
  const fields = fieldsOf({ ...run, start_time: micros(start), end_time: micros(end) });
  const nameOf = (wanted: string): string => all.find((one) => one.id === wanted)?.name ?? wanted;
  Object.assign(fields, {
    id: nameOf(id),
    trace_id: nameOf(trace),
    ...(parent === undefined ? {} : { parent_run_id: nameOf(parent) }),
    dotted_order: order
      .split(".")
      .map((segment) => `${segment.slice(0, -36)} ${nameOf(segment.slice(-36))}`)
      .join("."),
  });
  for (const path of Object.keys(fields))
    if (/^events\.\d+\.time$/.test(path)) fields[path] = micros(String(fields[path]));
  return fields;
}

/** Which run is under which is still compared. */
function withoutTimes(fields: Fields): Fields {
  const replaced = Object.entries(fields).map(([path, value]): [string, unknown] => {
    if (path === "dotted_order") return [path, String(value).replaceAll(/\d{8}T\d{12}Z/g, "<time>")];
    return [path, /(^|\.|_)time$/.test(path) && Number.isFinite(value) ? "<time>" : value];
  });
  return Object.fromEntries(replaced);
}

function micros(time: string | number | undefined): number {
  return Math.round((typeof time === "number" ? time : unixMs(time ?? "")) * 1000);
}
