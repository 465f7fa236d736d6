import { TelemetryError } from "@charm/telemetry-core";
import { describe, expect, test } from "vitest";
import { loadRecordings, RECORDING_SOURCES } from "../../src/index.ts";
import type { RecordedRun } from "../../src/index.ts";
import { readRecordingFiles } from "../../src/recorded/load.ts";
import { importMiniSweAgent } from "../../src/recorded/mini-swe-agent.ts";
import { importStream } from "../../src/recorded/streams/import-stream.ts";
import { importTauBench } from "../../src/recorded/tau-bench.ts";
import { llmSteps, toolCalls, toolResults, toolUses } from "../support/runs.ts";

const runs = Object.fromEntries(RECORDING_SOURCES.map((source) => [source, loadRecordings(source)]));

describe.each(RECORDING_SOURCES)("every run of %s", (source) => {
  const all = runs[source] ?? [];

  test("has an id of its own and at least one call of a model", () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter((run) => llmSteps([run]).length === 0)).toEqual([]);
  });

  test("has an error if it failed, and only then", () => {
    expect(all.filter(({ error, failed }) => (error !== undefined) !== failed)).toEqual([]);
  });

  test("is plain data that survives JSON", () => {
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });

  test("ends each tool with an output or an error, under the id of a call that a model asked for", () => {
    for (const run of all) {
      const asked = toolCalls([run]).map(({ id }) => id);
      const outcomes = [
        ...toolUses([run]).map(({ id, ...use }) => ({ toolCallId: id, ...use })),
        ...toolResults([run]),
      ];
      expect(asked).toEqual(expect.arrayContaining(outcomes.map(({ toolCallId }) => toolCallId)));
      expect(outcomes.filter(({ output, error }) => (output === undefined) === (error === undefined))).toEqual([]);
    }
  });
});

/** The texts of a conversation as the steps have it, in order: what was said to the model, and what it answered. */
function textsOf(run: RecordedRun): string[] {
  return llmSteps([run]).flatMap((step) => [
    ...(step.messages ?? []).map(({ content }) => content),
    step.tokens.join(""),
  ]);
}

test("a tau-bench conversation is kept to the character", () => {
  const [file] = readRecordingFiles("tau-bench");
  const records = JSON.parse(file?.text ?? "[]") as { traj: { role: string; content: string | null }[] }[];
  for (const [index, { traj }] of records.entries()) {
    const run = runs["tau-bench"]?.[index];
    if (run === undefined) throw new Error(`run ${index} is missing`);
    const lastAnswer = traj.findLastIndex(({ role }) => role === "assistant");
    expect(textsOf(run)).toEqual(traj.slice(0, lastAnswer + 1).map(({ content }) => content ?? ""));
  }
});

test("a mini-swe-agent conversation is kept to the character", () => {
  for (const file of readRecordingFiles("mini-swe-agent")) {
    const { messages } = JSON.parse(file.text) as { messages: { role: string; content: string }[] };
    const lastAnswer = messages.findLastIndex(({ role }) => role === "assistant");
    expect(textsOf(importMiniSweAgent(file))).toEqual(messages.slice(0, lastAnswer + 1).map(({ content }) => content));
  }
});

test("a tau-bench run carries its question, its verdict and its tools", () => {
  const run = runs["tau-bench"]?.find(({ id }) => id === "task-0-trial-0");
  expect(run).toMatchObject({
    failed: true,
    inputs: { input: "Hi! I'm looking to book a flight from New York to Seattle on May 20th.", taskId: 0, trial: 0 },
    outputs: { output: expect.stringContaining("Your reservation ID is **HATHAT**"), reward: 0 },
    error: { name: "TaskFailed", message: "The task was not solved: reward 0 of 1." },
  });
  expect(run?.steps[3]).toMatchObject({
    type: "tools",
    calls: [{ name: "get_user_details", input: '{"user_id":"mia_li_3668"}', output: expect.stringContaining('"Mia"') }],
  });
});

test("a mini-swe-agent run carries commands, exit statuses, reasoning and usage", () => {
  const run = runs["mini-swe-agent"]?.find(({ id }) => id === "django__django-16255");
  expect(run).toMatchObject({
    failed: false,
    outputs: { exitStatus: "Submitted", output: expect.stringMatching(/^diff --git/) },
  });
  expect(run?.steps[0]).toMatchObject({
    model: "google/gemini-3-pro-preview",
    provider: "google",
    toolCalls: [{ id: "bash-1", name: "bash", input: "ls -R django/contrib/sitemaps" }],
    finishReason: "stop",
  });
  expect(llmSteps(run === undefined ? [] : [run])[0]?.reasoning?.join("")).toMatch(/^\*\*Diagnosing the Sitemap Issue/);
  const failed = toolUses(runs["mini-swe-agent"] ?? []).find(({ error }) => error?.name === "CommandFailed");
  expect(failed?.error).toMatchObject({
    code: expect.stringMatching(/^[1-9]/),
    message: expect.stringContaining("<output>"),
  });
});

describe("a file that cannot be read", () => {
  test.each<[string, () => unknown, string, RegExp]>([
    ["that is not JSON", () => importTauBench({ path: "a.json", text: "{" }), "a.json", /not JSON/],
    [
      "of another shape",
      () => importTauBench({ path: "a.json", text: '[{"task_id":1,"trial":0,"reward":"1","traj":[]}]' }),
      "a.json",
      /\[0\]\.reward: .*expected number/,
    ],
    [
      "without messages",
      () => importMiniSweAgent({ path: "b.json", text: '{"instance_id":"x"}' }),
      "b.json",
      /info: .*messages: /,
    ],
    [
      "with one bad line",
      () => importStream({ path: "openai/c.txt", text: '{"id":"","model":"","choices":[]}\n{"id":1}' }),
      "openai/c.txt:2",
      /id: .*expected string/,
    ],
    [
      "of a format nobody knows",
      () => importStream({ path: "d.txt", text: '{"hello":1}' }),
      "d.txt:1",
      /no known provider/,
    ],
    ["that is empty", () => importStream({ path: "e.txt", text: "\n\n" }), "e.txt", /it is empty/],
  ])("%s says where and why", (_, read, where, message) => {
    let thrown: unknown;
    try {
      read();
    } catch (error) {
      thrown = error;
    }
    expect(TelemetryError.is(thrown) && thrown).toMatchObject({
      code: "INVALID_ARGUMENT",
      where,
      message: expect.stringMatching(message),
    });
  });
});
