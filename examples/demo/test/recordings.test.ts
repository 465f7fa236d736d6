import { setImmediate as nextTurn } from "node:timers/promises";
import { CloudRunReader, DockerReader, parseFrame, runAgent } from "@charm/telemetry-runner";
import type { CharmEvent } from "@charm/telemetry-runner";
import { loadRecordings, RECORDING_SOURCES } from "@charm/telemetry-testkit";
import type { RecordedRun, RecordingSource } from "@charm/telemetry-testkit";
import { describe, expect, it } from "vitest";
import { healthOf } from "../src/outcome.ts";
import { firstDifference, frameOf, isMalformed, lineBytes, lineOf, linesOf, regroup } from "./support/event-lines.ts";
import { PLAYER_FOLDER, startPlayer } from "./support/player.ts";
import type { Player } from "./support/player.ts";
import { countsOf, eventsIn, gapsIn, runsById, runsByName, runsByStatus } from "./support/run-events.ts";
import type { Counts } from "./support/run-events.ts";
import { tokensOf, upstreamEvents } from "./support/upstream-events.ts";
import type { UpstreamEvent } from "./support/upstream-events.ts";

const PATIENCE_MS = 120_000;
/** The most that one write to a pipe keeps apart from what others write. */
const MAX_LINE_BYTES = 4096;
/** Masking is at work at both ends; the recordings hold nothing to mask. */
const SECRETS = { AIRLINE_API_KEY: "not-a-real-key-51c0" };
/** What `full` adds to a line, at most. */
const FULL_FIELDS_BYTES = 512;
const NO_FAULTS = { unattributed: 0, guessed: 0, ignored: 0, truncated: 0, aborted: 0 };
const HEARTBEAT = 'data: {"type":"thinking","content":"..."}\n\n';

/** What testkit and the sources themselves say. */
const COUNTS: Record<RecordingSource, Counts> = {
  "tau-bench": {
    runs: 152,
    failed: 98,
    llmCalls: 2114,
    toolCalls: 1024,
    toolResults: 1024,
    toolErrors: 70,
    tokens: 80_535,
    inputTokens: 0,
    outputTokens: 0,
  },
  "mini-swe-agent": {
    runs: 14,
    failed: 0,
    llmCalls: 812,
    toolCalls: 775,
    toolResults: 775,
    toolErrors: 65,
    tokens: 179_254,
    inputTokens: 20_200_133,
    outputTokens: 267_810,
  },
  "ai-sdk-streams": {
    runs: 62,
    failed: 1,
    llmCalls: 76,
    toolCalls: 77,
    toolResults: 40,
    toolErrors: 0,
    tokens: 4821,
    inputTokens: 582_157,
    outputTokens: 36_768,
  },
};

describe.each(RECORDING_SOURCES)("the recorded runs of %s", { timeout: PATIENCE_MS }, (source) => {
  const recordings = loadRecordings(source);

  it("reach people to the character, in upstream's words and order", async () => {
    const player = await startPlayer({ source, order: "one-by-one" }, { environment: SECRETS });
    expect(problemsOf(runsByStatus(await readAll(player)), recordings)).toEqual([]);
  });

  it("do so all at once too, started by npm beside a heartbeat, and each line says where it belongs", async () => {
    const frames: string[] = [];
    const { exitCode, unfinishedLine } = await runAgent(PLAYER_FOLDER, {
      input: { source, order: "at-once" },
      // The agent waits for no reader: all that it says must fit.
      environment: { ...SECRETS, CHARM_TELEMETRY_STDOUT_BUFFER: "268435456" },
      heartbeatMs: 20,
      onFrame: (frame) => frames.push(frame),
    });
    expect({ exitCode, unfinishedLine }).toEqual({ exitCode: 0, unfinishedLine: "" });
    expect(frames.filter((frame) => frame === HEARTBEAT).length).toBeGreaterThan(1);

    const parsed = frames.map((frame) => ({ line: lineOf(frame), event: parseFrame(frame) }));
    const ours = parsed.filter(({ event }) => event?.origin !== undefined);
    expect(ours.filter(({ line }) => isMalformed(line, MAX_LINE_BYTES))).toEqual([]);
    const events = ours.flatMap(({ event }) => event ?? []);
    expect(countsOf(events)).toEqual(COUNTS[source]);

    const runs = [...runsById(events).values()];
    const health = events.map(healthOf).find((found) => found !== undefined);
    expect(health).toMatchObject({ stdout: { droppedBy: {} }, events: { ...NO_FAULTS, recorded: eventsIn(runs) } });
    expect(runs.flatMap(gapsIn)).toEqual([]);
    expect(problemsOf(runsByName(runs), recordings, FULL_FIELDS_BYTES)).toEqual([]);
  });
});

describe("a reader that takes nothing until all is played, and then sips", { timeout: PATIENCE_MS }, () => {
  it("gets the same", async () => {
    // Sips of an odd size: they end anywhere in a line.
    const options = { environment: SECRETS, chunkBytes: 4093 };
    const player = await startPlayer({ source: "tau-bench", order: "unread" }, options);
    const { stdout } = (await player.played) ?? {};
    expect(stdout?.droppedBy).toEqual({});
    expect(stdout?.bufferedBytes).toBeGreaterThan(4_000_000);
    const runs = runsByStatus(await readAll(player, { isSipping: true }));
    expect(problemsOf(runs, loadRecordings("tau-bench"))).toEqual([]);
  });
});

/** Reads to the end, by the rules of both of the cloud's readers: each takes every line for what it is. */
async function readAll({ stdout, ended }: Player, { isSipping = false } = {}): Promise<CharmEvent[]> {
  const docker = new DockerReader(SECRETS);
  const cloudRun = new CloudRunReader();
  const chunks: Buffer[] = [];
  const frames: string[] = [];
  const cloudRunFrames: string[] = [];
  for await (const chunk of stdout) {
    chunks.push(chunk);
    frames.push(...docker.write(chunk));
    cloudRunFrames.push(...cloudRun.write(chunk));
    for (let turn = 0; isSipping && turn < 10; turn++) await nextTurn();
  }
  const lines = linesOf(Buffer.concat(chunks));
  expect(lines.filter((line) => isMalformed(line, MAX_LINE_BYTES))).toEqual([]);
  expect(firstDifference(frames, lines.map(frameOf))).toBeUndefined();
  expect(firstDifference(cloudRunFrames, frames)).toBeUndefined();

  const { health, ...end } = await ended;
  expect(end).toEqual({ code: 0, stderr: "" });
  expect(health?.stdout).toEqual({ written: lines.length, droppedBy: {}, bufferedBytes: 0 });
  expect(health?.events).toMatchObject(NO_FAULTS);
  return frames.flatMap((frame) => parseFrame(frame) ?? []);
}

/** What is missing, damaged, at another place or in more lines than it needs in what came of some runs. */
function problemsOf(
  runs: ReadonlyMap<unknown, readonly UpstreamEvent[]>,
  recordings: readonly RecordedRun[],
  fieldsBytes = 0,
): object[] {
  const problems = recordings.flatMap((recording) => {
    const came = runs.get(recording.id) ?? [];
    const expected = upstreamEvents(recording);
    const regrouped = regroup(came, expected);
    const difference = firstDifference(
      regrouped.map(({ event }) => event),
      expected,
    );
    const answer = came.map(({ type, content }) => (type === "delta" ? content : "")).join("");
    const isWhole = answer === tokensOf(recording).join("");
    const isSplit = regrouped.some(({ event, lines }) => lines > 1 && lineBytes(event) + fieldsBytes <= MAX_LINE_BYTES);
    return difference === undefined && isWhole && !isSplit ? [] : [{ run: recording.id, isWhole, isSplit, difference }];
  });
  const known = new Set<unknown>(recordings.map(({ id }) => id));
  const strangers = [...runs.keys()].filter((name) => !known.has(name));
  return [...problems, ...strangers.map((stranger) => ({ stranger }))];
}
