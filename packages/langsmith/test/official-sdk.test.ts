import { readFileSync } from "node:fs";
import type { EventContext, HookResult } from "@charm/telemetry-core";
import { startLangsmithIntake } from "@charm/telemetry-testkit/intakes";
import type { LangsmithIntake, LangsmithRun } from "@charm/telemetry-testkit/intakes";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { contextOf, never, runInfo, startExporter } from "./support/attach.ts";

/**
 * The same run, once as the vendor's SDK has sent it (a recording), once as this exporter sends it to a server on
 * loopback: the runs are compared field by field. Every difference is listed below with its reason.
 */

interface Part {
  readonly name: string;
  readonly value: unknown;
}

type SdkRun = LangsmithRun & {
  readonly name: string;
  readonly start_time: string;
  readonly end_time: number;
  readonly inputs: Record<string, unknown>;
};

const recording = JSON.parse(readFileSync(new URL("fixtures/official-sdk.run-ok.json", import.meta.url), "utf8")) as {
  parts: readonly Part[];
};

/** A run as paths and values: `extra.metadata.thread_id`. */
type Fields = Record<string, unknown>;

const ABSENT = Symbol("absent");

/** What differs on purpose. `*` stands for any run, and at the end of a path for anything below it. */
const DIFFERENCES: { run: string; path: string; sdk?: unknown; ours?: unknown; reason: string }[] = [
  { run: "*", path: "extra.metadata.LANGSMITH_TRACING", sdk: "true", reason: "The environment is not copied." },
  {
    run: "*",
    path: "extra.metadata.LANGSMITH_WORKSPACE_ID",
    sdk: "11111111-2222-4333-8444-555555555555",
    reason: "The environment is not copied.",
  },
  ...["library", "runtime", "sdk", "sdk_version"].map((field) => ({
    run: "*",
    path: `extra.runtime.${field}`,
    sdk: { library: "langsmith", runtime: "node", sdk: "langsmith-js", sdk_version: "0.12.0" }[field],
    reason: "Switched off together with the environment.",
  })),
  ...["search", "weather", "population"].map((run) => ({
    run,
    path: "tags.0",
    sdk: "tool",
    reason: "The driver's own tag; tags of ours are the run's.",
  })),
  {
    run: "research-agent",
    path: "events.0.kwargs.log",
    sdk: "I should search for the capital first.",
    reason: "The hook has no log line beside the action's input.",
  },
  {
    run: "chat-model",
    path: "events.*",
    reason: "One new_token is what the time to the first token is made of; the end is end_time.",
  },
  {
    run: "chat-model",
    path: "extra.metadata.tool_call_id",
    sdk: "call_a1",
    reason: "Children inherit the run's metadata, not that of a tool above them.",
  },
  {
    run: "chat-model",
    path: "extra.metadata.finish_reason",
    ours: "stop",
    reason: "Known to us, not to the driver of the SDK.",
  },
  ...Object.entries({ input_tokens: 42, output_tokens: 7, total_tokens: 49 }).map(([field, ours]) => ({
    run: "chat-model",
    path: `extra.metadata.usage_metadata.${field}`,
    ours,
    reason: "Also in metadata, as the SDK's traceable does: costs remain where outputs are hidden.",
  })),
  {
    run: "chat-model",
    path: "extra.invocation_params.max_tokens",
    ours: 64,
    reason: "All parameters of the call; the driver gave the SDK two of them.",
  },
];

const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";
let intake: LangsmithIntake;

beforeAll(async () => {
  intake = await startLangsmithIntake({ apiKey: "canary-api-key-0123" });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await intake.close();
});

it("sends the runs that the vendor's SDK sends for the same run, but for what is listed", async () => {
  await play();
  const sdk = new Map(sdkRuns().map((run) => [run.name, fieldsOf(run)]));
  const ours = new Map([...intake.runs.values()].map((run) => [run.name ?? "", fieldsOf(run)]));
  const unlisted: string[] = [];
  const used = new Set<object>();
  for (const name of new Set([...sdk.keys(), ...ours.keys()])) {
    for (const { path, left, right } of differences(sdk.get(name), ours.get(name))) {
      const listed = DIFFERENCES.find(
        (known) =>
          (known.run === "*" || known.run === name) &&
          (known.path.endsWith("*")
            ? path.startsWith(known.path.slice(0, -1))
            : known.path === path &&
              ("sdk" in known ? Object.is(known.sdk, left) : left === ABSENT) &&
              ("ours" in known ? Object.is(known.ours, right) : right === ABSENT)),
      );
      if (listed === undefined) unlisted.push(`${name} ${path}: SDK ${String(left)}, ours ${String(right)}`);
      else used.add(listed);
    }
  }
  expect(unlisted).toEqual([]);
  expect(DIFFERENCES.filter((known) => !used.has(known))).toEqual([]);
});

it("sends the first token once, at the time at which the SDK has seen it", () => {
  const events = (run: LangsmithRun | undefined): string[] =>
    (run?.events ?? []).filter(({ name }) => name === "new_token").map(({ time = "" }) => time);
  const [first = ""] = events(sdkRun("chat-model"));
  expect(events([...intake.runs.values()].find(({ name }) => name === "chat-model"))).toEqual([
    first.replace("Z", "000Z"),
  ]);
});

it("sends a whole trace in one request, the run under the agent's own id", () => {
  expect(intake.operations.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => "post"));
  expect(intake.received).toEqual({ runs: 5, requests: 1 });
  expect(intake.runs.get(RUN_ID)?.name).toBe("research-agent");
  expect([intake.unknownParents(), intake.unended()]).toEqual([[], []]);
});

/** Hands the recorded run to the exporter, as hooks. */
async function play(): Promise<void> {
  vi.stubEnv("LANGSMITH_API_KEY", "canary-api-key-0123");
  vi.stubEnv("LANGSMITH_ENDPOINT", intake.url);
  vi.stubEnv("LANGSMITH_PROJECT", "charm-demo");
  vi.stubEnv("LANGSMITH_TRACING", "true");
  vi.stubEnv("LANGSMITH_WORKSPACE_ID", "11111111-2222-4333-8444-555555555555");
  const { exporter, account, accept } = await startExporter();
  const spanIds = new Map(sdkRuns().map((run, index) => [run.id, String(index + 1).padStart(16, "0")]));
  const at = (name: string, where: "start" | "end"): EventContext => {
    const { id, parent_run_id: parent, start_time: start, end_time: end, extra } = sdkRun(name);
    const { tool_call_id: toolCallId } = (extra?.metadata ?? {}) as { tool_call_id?: string };
    return contextOf(spanIds.get(id) ?? "", parent === undefined ? undefined : spanIds.get(parent), {
      timeUnixMs: where === "start" ? unixMs(start) : end,
      ...(name === "chat-model" || toolCallId === undefined ? {} : { toolCallId }),
    });
  };
  const json = (name: string, side: "inputs" | "outputs"): string => JSON.stringify(sdkRun(name)[side]);
  const model = sdkRun("chat-model");
  const { messages } = model.inputs as { messages: { role: string; content: string }[] };
  const firstToken = Date.parse(model.events?.[0]?.time ?? "");
  const population = sdkRun("population").error ?? "";
  const error = new TypeError(population.slice("TypeError: ".length, population.indexOf("\n")));
  error.stack = population;
  const root = at("research-agent", "start");
  const action = sdkRun("research-agent").events?.[0];

  accept(
    exporter.onRunStart(RUN_ID, sdkRun("research-agent").inputs, {
      ...root,
      run: runInfo({ name: "research-agent", threadId: "session-42", tags: ["agent", "env:test"] }),
    }),
    exporter.onAgentAction("search", '{"query":"capital of France"}', {
      ...root,
      timeUnixMs: Date.parse(action?.time ?? ""),
    }),
    exporter.onToolStart("search", json("search", "inputs"), at("search", "start")),
    exporter.onLlmStart(
      {
        model: "gpt-4o-mini",
        provider: "openai",
        name: "chat-model",
        messages,
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
        timeToFirstTokenMs: firstToken - unixMs(model.start_time),
      },
      at("chat-model", "end"),
    ),
    exporter.onToolEnd("search", json("search", "outputs"), at("search", "end")),
    exporter.onToolStart("weather", json("weather", "inputs"), at("weather", "start")),
    exporter.onToolStart("population", json("population", "inputs"), at("population", "start")),
    exporter.onToolError("population", error, at("population", "end")),
    exporter.onToolEnd("weather", json("weather", "outputs"), at("weather", "end")),
    exporter.onRunEnd(RUN_ID, sdkRun("research-agent").outputs ?? {}, at("research-agent", "end")),
  );
  await exporter.shutdown(never);
  expect(account).toMatchObject({ accepted: 13, outcomes: { delivered: 13 }, units: { spans: 5, requests: 1 } });
  expect(account.warnings).toEqual([]);
}

/** The recorded runs, each put together from its parts. */
function sdkRuns(): SdkRun[] {
  const runs = new Map<string, Record<string, unknown>>();
  for (const { name, value } of recording.parts) {
    const [, id = "", field] = name.split(".");
    runs.set(id, { ...runs.get(id), ...(field === undefined ? (value as object) : { [field]: value }) });
  }
  return [...runs.values()] as unknown as SdkRun[];
}

function sdkRun(name: string): SdkRun {
  const run = sdkRuns().find((candidate) => candidate.name === name);
  if (run === undefined) throw new Error(`no run ${name} in the recording`);
  return run;
}

/** Ids are replaced by the depth and the name of their run, times by microseconds since 1970. */
function fieldsOf(run: LangsmithRun): Fields {
  const fields: Fields = {};
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) fields[path] = value;
    // An empty object and an absent one say the same: nothing is known.
    else for (const [key, member] of Object.entries(value)) visit(`${path}${path === "" ? "" : "."}${key}`, member);
  };
  const { id, trace_id: trace, parent_run_id: parent, dotted_order: order, start_time: start, end_time: end } = run;
  visit("", { ...run, start_time: micros(start), end_time: micros(end) });
  const times = order.split(".").map((segment) => segment.slice(0, -36));
  const ids = order.split(".").map((segment) => segment.slice(-36));
  Object.assign(fields, {
    id: ids.indexOf(id),
    trace_id: ids.indexOf(trace),
    ...(parent === undefined ? {} : { parent_run_id: ids.indexOf(parent) }),
    dotted_order: times.join("."),
  });
  for (const path of Object.keys(fields))
    if (/^events\.\d+\.time$/.test(path)) fields[path] = micros(String(fields[path]));
  return fields;
}

function micros(time: string | number | undefined): number {
  return Math.round((typeof time === "number" ? time : unixMs(time ?? "")) * 1000);
}

/** With the microseconds that `Date.parse` leaves out. */
function unixMs(time: string): number {
  const [, micro = "0"] = /\.\d{3}(\d{3})Z$/.exec(time) ?? [];
  return Date.parse(time) + Number(micro) / 1000;
}

function* differences(
  sdk: Fields | undefined,
  ours: Fields | undefined,
): Generator<{ path: string; left: unknown; right: unknown }> {
  if (sdk === undefined || ours === undefined) {
    yield { path: "*", left: sdk === undefined ? ABSENT : "a run", right: ours === undefined ? ABSENT : "a run" };
    return;
  }
  for (const path of new Set([...Object.keys(sdk), ...Object.keys(ours)])) {
    const left = path in sdk ? sdk[path] : ABSENT;
    const right = path in ours ? ours[path] : ABSENT;
    if (!Object.is(left, right)) yield { path, left, right };
  }
}
