import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { TelemetryHealth } from "@charm/telemetry-core";
import type { RecordingSource } from "@charm/telemetry-testkit";
import { onTestFinished } from "vitest";

/** Holds the player as an agent, which `npm start` starts. */
export const PLAYER_FOLDER: string = fileURLToPath(new URL("../programs/", import.meta.url));

export interface PlayInput {
  readonly source: RecordingSource;
  /** `one-by-one` waits after each run until the reader has taken everything, the others wait for nobody. */
  readonly order: "one-by-one" | "unread" | "at-once";
}

/** The player in a process of its own, on the built output. */
export interface Player {
  /** The pipe that its stdout is. Nothing is read before somebody asks. */
  readonly stdout: AsyncIterable<Buffer>;
  /** Its account when it has played everything; undefined when it ended before that. */
  readonly played: Promise<TelemetryHealth | undefined>;
  readonly ended: Promise<PlayerEnd>;
}

export interface PlayerEnd {
  readonly code: number | null;
  readonly stderr: string;
  /** Its last account. */
  readonly health: TelemetryHealth | undefined;
}

/** @param chunkBytes the most that is read at once. */
export async function startPlayer(
  input: PlayInput,
  { environment, chunkBytes = 64 * 1024 }: { environment: Readonly<Record<string, string>>; chunkBytes?: number },
): Promise<Player> {
  const pipe = await openPipe();
  const child = spawn(process.execPath, ["play-recordings.mjs", JSON.stringify(input)], {
    cwd: PLAYER_FOLDER,
    env: { ...environment },
    stdio: ["ignore", pipe.writer.fd, "pipe", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const played = new Promise<TelemetryHealth | undefined>((resolve) => {
    child.once("message", (health) => resolve(health as TelemetryHealth)).once("close", () => resolve(undefined));
  });
  const ended = endOf(child);
  await pipe.writer.close();
  return { stdout: pipe.reader.createReadStream({ highWaterMark: chunkBytes }), played, ended };
}

/** A pipe of the system, as containers have it: what Node makes for a child's stdout is a pair of sockets. */
async function openPipe(): Promise<{ reader: FileHandle; writer: FileHandle }> {
  const folder = mkdtempSync(join(tmpdir(), "charm-player-"));
  try {
    const path = join(folder, "stdout");
    execFileSync("mkfifo", [path]);
    // Each waits for the other.
    const [reader, writer] = await Promise.all([open(path, "r"), open(path, "w")]);
    return { reader, writer };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function endOf(child: ChildProcess): Promise<PlayerEnd> {
  let health: TelemetryHealth | undefined;
  child.on("message", (report) => (health = report as TelemetryHealth));
  const [[code], stderr] = await Promise.all([
    once(child, "close") as Promise<[number | null]>,
    child.stderr === null ? "" : text(child.stderr),
  ]);
  return { code, stderr, health };
}
