import { dirname } from "node:path";
import { readAll, startAgent } from "../support/agent-process.ts";
import type { AgentProcess } from "../support/agent-process.ts";
import { parseLine } from "../support/event-lines.ts";
import type { ParsedEvent } from "../support/event-lines.ts";
import { agentFolder } from "./agent-folder.ts";
import type { AgentFolderOptions } from "./agent-folder.ts";
import { startCollector } from "./collector.ts";
import type { Collector } from "./collector.ts";

export interface AgentRunOptions extends AgentFolderOptions {
  /** False: the agent's source is all there is. */
  readonly hasPreamble?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  readonly answersAfterMs?: number | "never";
  /** What happens from outside while the agent runs. */
  readonly during?: (agent: AgentProcess) => Promise<void>;
}

export interface AgentRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the agent has printed itself. */
  readonly prints: string;
  /** The `__CHARM_EVENT__` lines. */
  readonly lines: readonly ParsedEvent[];
  /** All of stdout. */
  readonly stdout: string;
  readonly stderr: string;
  readonly collector: Collector;
}

/** Begins every agent of these tests: loads the manager as an agent's author would. */
const PREAMBLE = `
import { writeSync } from "node:fs";
import { TelemetryManager } from "@charm/telemetry-core";
const report = (value) => writeSync(3, JSON.stringify(value) + "\\n");
`;

/** Runs an agent in a folder of its own until it has ended. */
export async function runAgent(source: string, options: AgentRunOptions = {}): Promise<AgentRun> {
  const collector = await startCollector(options.answersAfterMs);
  const path = agentFolder(options.hasPreamble === false ? source : PREAMBLE + source, options);
  const agent = startAgent(path, {
    stdout: "fifo",
    cwd: dirname(path),
    // On a busy machine the thread's boot alone may take longer than the default; tests of deadlines have their own.
    env: {
      CHARM_TELEMETRY_ISOLATION: "worker",
      CHARM_TELEMETRY_SHUTDOWN_MS: "20000",
      COLLECTOR_URL: collector.url,
      ...options.env,
    },
    ...(options.nodeArgs === undefined ? {} : { nodeArgs: options.nodeArgs }),
  });
  const [stdout, { code, signal, stderr }] = await Promise.all([
    readAll(agent.stdout),
    agent.ended,
    options.during?.(agent),
  ]);
  const events = stdout.split("\n").filter((line) => line.includes("__CHARM_EVENT__"));
  return {
    code,
    signal,
    stdout,
    prints: stdout.replaceAll(/^__CHARM_EVENT__.*\n/gm, ""),
    lines: events.map((line) => parseLine(line) ?? { type: `broken: ${line}` }),
    // Two folders, two paths: what is said of them is the same.
    stderr: stderr.replaceAll(dirname(path), "/agent"),
    collector,
  };
}

/** The same agent with telemetry and without. */
export async function runBoth(
  source: string,
  options: AgentRunOptions = {},
): Promise<{ with: AgentRun; without: AgentRun }> {
  const without = await runAgent(source, { ...options, hasTelemetry: false });
  return { with: await runAgent(source, options), without };
}

/** What everybody outside of the process sees of its end. */
export function outsideOf({ code, signal, prints, stderr }: AgentRun): object {
  return { code, signal, prints, stderr };
}
