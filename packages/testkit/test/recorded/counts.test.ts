import { describe, expect, test } from "vitest";
import { loadRecordings, RECORDING_SOURCES } from "../../src/index.ts";
import { readRecordingFiles } from "../../src/recorded/load.ts";
import { jsonFixture } from "../support/fixtures.ts";
import { codePoints, llmSteps, sumOf, toolCalls, toolResults, toolUses } from "../support/runs.ts";

const counts = jsonFixture<Record<string, Record<string, number>>>("counts.json");

describe.each(RECORDING_SOURCES)("the files of %s", (source) => {
  test("are all there, and not a character is missing", () => {
    const files = readRecordingFiles(source);
    const strings = files.flatMap(({ path, text }) => documentsOf(path, text).flatMap(stringsOf));
    const matches = (pattern: RegExp): number => sumOf(strings, (text) => text.match(pattern)?.length ?? 0);
    expect({
      files: files.length,
      bytes: sumOf(files, ({ text }) => Buffer.byteLength(text)),
      s_chars: sumOf(strings, codePoints),
      s_max: strings.reduce((longest, text) => Math.max(longest, codePoints(text)), 0),
      s_nonbmp: matches(/[\u{10000}-\u{10ffff}]/gu),
      s_rtl: matches(/[\u0590-\u08ff]/gu),
      s_cjk: matches(/[\u4e00-\u9fff]/gu),
      // oxlint-disable-next-line no-control-regex -- control characters are what is counted
      s_ctrl: matches(/[\x00-\x08\x0b\x0c\x0e-\x1f]/gu),
      s_lonesur: matches(/\p{Cs}/gu),
    }).toEqual(
      pick(source, ["files", "bytes", "s_chars", "s_max", "s_nonbmp", "s_rtl", "s_cjk", "s_ctrl", "s_lonesur"]),
    );
  });
});

test("tau-bench: runs, answers, calls, results and errors are as many as in its files", () => {
  const runs = loadRecordings("tau-bench");
  const uses = toolUses(runs);
  expect({
    runs: runs.length,
    failed: runs.filter(({ failed }) => failed).length,
    assistant: llmSteps(runs).length,
    calls: toolCalls(runs).length,
    results: uses.length,
    errors: uses.filter(({ error }) => error !== undefined).length,
    longest: Math.max(...runs.map((run) => llmSteps([run]).length)),
  }).toEqual(pick("tau-bench", ["runs", "failed", "assistant", "calls", "results", "errors", "longest"]));
});

test("mini-swe-agent: runs, answers, commands, their outcomes and tokens are as many as in its files", () => {
  const runs = loadRecordings("mini-swe-agent");
  const steps = llmSteps(runs);
  const uses = toolUses(runs);
  const timeouts = uses.filter(({ error }) => error?.name === "CommandTimedOut").length;
  const withReturnCode = uses.filter(({ output, error }) =>
    (output ?? error?.message ?? "").startsWith("<returncode>"),
  ).length;
  expect({
    runs: runs.length,
    failed: runs.filter(({ failed }) => failed).length,
    assistant: steps.length,
    calls: toolCalls(runs).length,
    results: withReturnCode,
    errors: uses.filter(({ error }) => error !== undefined).length,
    timeouts,
    final_submission: uses.length - withReturnCode - timeouts,
    format_errors: steps.filter((step) => step.toolCalls === undefined).length,
    tok_in: sumOf(steps, ({ usage }) => usage?.inputTokens ?? 0),
    tok_out: sumOf(steps, ({ usage }) => usage?.outputTokens ?? 0),
    longest: Math.max(...runs.map((run) => llmSteps([run]).length)),
  }).toEqual(
    pick("mini-swe-agent", [
      "runs",
      "failed",
      "assistant",
      "calls",
      "results",
      "errors",
      "timeouts",
      "final_submission",
      "format_errors",
      "tok_in",
      "tok_out",
      "longest",
    ]),
  );
});

test("ai-sdk-streams: streams, pieces of text, calls, results and usages are as many as in its files", () => {
  const runs = loadRecordings("ai-sdk-streams");
  // The counts leave out text completions and Mistral's lists of parts.
  const counted = runs.filter(({ id }) => id !== "openai/openai-completion-text" && id !== "mistral/mistral-reasoning");
  const tokens = llmSteps(counted).flatMap((step) => step.tokens);
  const anthropic = runs.filter(({ id }) => id.startsWith("anthropic/"));
  expect({
    runs: runs.length,
    text_deltas: tokens.length,
    text_chars: sumOf(tokens, codePoints),
    calls: toolCalls(runs).length,
    parallel: runs.filter((run) => toolCalls([run]).length > 1).length,
    results: toolResults(anthropic).length,
    usage_chunks: llmSteps(runs).filter(({ usage }) => usage !== undefined).length,
    chunks: sumOf(readRecordingFiles("ai-sdk-streams"), ({ path, text }) => documentsOf(path, text).length),
    // One failure that the provider reports twice.
    errors: 2 * llmSteps(runs).filter(({ error }) => error !== undefined).length,
  }).toEqual(
    pick("ai-sdk-streams", [
      "runs",
      "text_deltas",
      "text_chars",
      "calls",
      "parallel",
      "results",
      "usage_chunks",
      "chunks",
      "errors",
    ]),
  );
  expect(toolResults(runs)).toHaveLength(32 + 8); // OpenAI's own tools carry their results in the item of the call
  expect(llmSteps(runs)).toHaveLength(75 + 1);
});

function pick(source: string, names: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(names.map((name) => [name, counts[source]?.[name]]));
}

function documentsOf(path: string, text: string): unknown[] {
  if (path.endsWith(".json")) return [JSON.parse(text)];
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** All strings in a document, its keys too. */
function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    Array.isArray(value) ? stringsOf(member) : [key, ...stringsOf(member)],
  );
}
