import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { openFifo } from "./fifo.ts";

/** A program, run by plain Node on the built output. */
export interface AgentProcess {
  /** What it writes to stdout, when that is a pipe of ours; paused until somebody reads. */
  readonly stdout: Readable;
  /** The next value that it reports, on a channel of its own. */
  report<Value>(): Promise<Value>;
  /** Lets it go on where it waits for that. */
  go(): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

export interface AgentOptions {
  readonly args?: readonly string[];
  /** `fifo`: a pipe, as in a container. `socket`: what Node gives to its children. Or an open file's descriptor. */
  readonly stdout: "fifo" | "socket" | number;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** A shell command around the agent: `"$@"` stands for it. */
  readonly shell?: string;
  readonly cwd?: string;
}

/** @param program relative to `test/`, or absolute. */
export function startAgent(program: string, options: AgentOptions): AgentProcess {
  const path = resolve(import.meta.dirname, "..", program);
  const command = [process.execPath, ...(options.nodeArgs ?? []), path, ...(options.args ?? [])];
  const [file = "", ...args] =
    options.shell === undefined ? command : ["/bin/sh", "-c", options.shell, "agent", ...command];

  const fifo = options.stdout === "fifo" ? openFifo() : undefined;
  const stdout = fifo?.writeFd ?? (options.stdout === "socket" ? "pipe" : options.stdout);
  const child = spawn(file, args, {
    stdio: ["pipe", stdout as "pipe" | number, "pipe", "pipe"],
    env: { ...cleanEnvironment(), ...options.env },
    cwd: options.cwd,
  });
  if (fifo !== undefined) closeSync(fifo.writeFd);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });

  const reports = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  return {
    stdout: fifo === undefined ? (child.stdout as Readable) : new Socket({ fd: fifo.readFd, readable: true }),
    report: async <Value>() => {
      const { value, done } = await reports.next();
      if (done === true) throw new Error(`${program} has ended without a report.`);
      return JSON.parse(value) as Value;
    },
    go: () => {
      child.stdin?.write("\n");
    },
    kill: (signal) => {
      child.kill(signal);
    },
    ended: endOf(child),
  };
}

/** All that comes until the end. */
export async function readAll(stdout: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

/** The same in small bites, with a turn of the loop between two. */
export async function readSlowly(stdout: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stdout) {
    text += (chunk as Buffer).toString("latin1");
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return text;
}

async function endOf(
  child: ChildProcess,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }> {
  const stderr = child.stderr === null ? Promise.resolve("") : readAll(child.stderr);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (...end) => resolve(end));
  });
  return { code, signal, stderr: await stderr };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const isOurs = (name: string): boolean => /^(?:CHARM_|NODE_OPTIONS|VITEST|NO_COLOR|FORCE_COLOR)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)));
}
