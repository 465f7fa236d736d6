import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CloudRunReader } from "../../src/protocol/cloud-run-reader.ts";
import { DockerReader } from "../../src/protocol/docker-reader.ts";

const FOLDER = new URL("../fixtures/transcripts/", import.meta.url);

interface Transcript {
  readonly name: string;
  readonly title: string;
  readonly exitCode: number;
  /** Sizes of the first read chunks; the rest is one more. */
  readonly chunkSizes: readonly number[];
  readonly environment: Record<string, string>;
  readonly stdout: Buffer;
  readonly docker: string;
  readonly cloudRun: string | undefined;
}

const transcripts = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => read(entry.name));

function read(name: string): Transcript {
  const file = (path: string): Buffer => readFileSync(new URL(`${name}/${path}`, FOLDER));
  const meta = JSON.parse(file("meta.json").toString()) as { title: string; exit_code: number; chunks?: number[] };
  const hasCloudRun = readdirSync(new URL(name, FOLDER)).includes("expected.cloud-run.sse");
  return {
    name,
    title: meta.title,
    exitCode: meta.exit_code,
    chunkSizes: meta.chunks ?? [],
    environment: JSON.parse(file("env.json").toString()) as Record<string, string>,
    stdout: file("stdout.bin"),
    docker: file("expected.docker.sse").toString(),
    cloudRun: hasCloudRun ? file("expected.cloud-run.sse").toString() : undefined,
  };
}

function chunksOf(stdout: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(stdout.subarray(at, at + size));
    at += size;
  }
  return [...chunks, stdout.subarray(at)];
}

function docker(transcript: Transcript, sizes: readonly number[]): string {
  const reader = new DockerReader(transcript.environment);
  const frames = chunksOf(transcript.stdout, sizes).flatMap((chunk) => reader.write(chunk));
  return [...frames, ...reader.finish(transcript.exitCode, 0)].join("");
}

function cloudRun(transcript: Transcript, sizes: readonly number[]): string {
  const reader = new CloudRunReader();
  const frames = chunksOf(transcript.stdout, sizes).flatMap((chunk) => reader.write(chunk));
  return [...frames, ...reader.finish()].join("");
}

/** Chunk sizes that cut no character. */
const cutsOf = (stdout: Buffer): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(stdout.length), { maxLength: 40 }).map((cuts) => {
    const places = cuts.filter((at) => ((stdout[at] ?? 0) & 0xc0) !== 0x80).sort((a, b) => a - b);
    return places.map((at, index) => at - (places[index - 1] ?? 0));
  });

describe.each(transcripts)("transcript $name ($title)", (transcript) => {
  it("becomes the docker backend's frames, byte for byte", () => {
    expect(docker(transcript, transcript.chunkSizes)).toBe(transcript.docker);
  });

  it("does not depend on chunks that cut no character", () => {
    const whole = docker(transcript, []);
    const wholeCloudRun = cloudRun(transcript, []);
    fc.assert(
      fc.property(cutsOf(transcript.stdout), (sizes) => {
        expect(docker(transcript, sizes)).toBe(whole);
        expect(cloudRun(transcript, sizes)).toBe(wholeCloudRun);
      }),
    );
  });
});

describe.each(transcripts.filter((transcript) => transcript.cloudRun !== undefined))(
  "transcript $name ($title)",
  (transcript) => {
    it("becomes the Cloud Run backend's frames, byte for byte", () => {
      expect(cloudRun(transcript, [])).toBe(transcript.cloudRun);
    });
  },
);

it("finds all ten transcripts", () => {
  expect(transcripts).toHaveLength(10);
  expect(transcripts.filter((transcript) => transcript.cloudRun !== undefined)).toHaveLength(9);
});
