import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TelemetryError } from "@charm/telemetry-core";
import { AgentProcess } from "./agent-process.ts";
import { parseFrame } from "./events.ts";
import type { CharmEvent } from "./events.ts";
import { DockerReader } from "./protocol/docker-reader.ts";
import { createWorkspace } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";

export interface RunAgentOptions {
  /** Anything JSON. The agent finds it in the file that `CHARM_INPUT_FILE` names. */
  readonly input?: unknown;
  /** The run's variables; their values are masked in frames. Of this process's own, only PATH and HOME are passed on. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Ends the agent: SIGTERM, then SIGKILL after `graceMs`, to all its processes. */
  readonly signal?: AbortSignal;
  /** The same after this time; 600 000 ms, the cloud's, unless given. */
  readonly timeoutMs?: number;
  readonly heartbeatMs?: number;
  readonly graceMs?: number;
  /** Each Server-Sent Event, as it would reach a browser. */
  readonly onFrame?: (frame: string) => void;
  /** The same, parsed; frames that are no event are left out. */
  readonly onEvent?: (event: CharmEvent) => void;
}

export interface AgentResult {
  /** A container's exit status: 128 + the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly endedBy: "exit" | "abort" | "timeout";
  readonly durationMs: number;
  /** What stood after the last newline: no frame carries it. */
  readonly unfinishedLine: string;
}

const RUN_DEFAULTS = { timeoutMs: 600_000, heartbeatMs: 5000, graceMs: 5000 } as const;

/**
 * Runs the agent in `directory` as the cloud would: `npm start` beside a heartbeat, stdout and stderr on one pipe, read
 * by the rules of the docker backend.
 *
 * @returns when the agent has ended and everything that it wrote has been read; all its processes are gone then.
 * @throws TelemetryError `INVALID_ARGUMENT` when the folder holds no package.json; whatever a callback throws, after
 * the agent has been ended.
 */
export async function runAgent(directory: string, options: RunAgentOptions = {}): Promise<AgentResult> {
  const folder = resolve(directory);
  await access(join(folder, "package.json")).catch((cause: unknown) => {
    throw new TelemetryError("INVALID_ARGUMENT", "holds no package.json, so npm start cannot run there.", {
      where: folder,
      fix: "Give the folder of a node agent.",
      cause,
    });
  });
  const workspace = await createWorkspace(options.input);
  const remove = (): void => workspace.remove();
  process.once("exit", remove);
  try {
    return await runIn(workspace, folder, options);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

async function runIn(workspace: Workspace, folder: string, options: RunAgentOptions): Promise<AgentResult> {
  const { timeoutMs, heartbeatMs, graceMs, onFrame, onEvent, signal } = { ...RUN_DEFAULTS, ...options };
  const environment = environmentOf(workspace, options.environment ?? {});
  const reader = new DockerReader(environment);
  const send = (frame: string): void => {
    onFrame?.(frame);
    const event = onEvent === undefined ? undefined : parseFrame(frame);
    if (event !== undefined) onEvent?.(event);
  };

  const startedAt = performance.now();
  const agent = await AgentProcess.start({
    folder,
    environment: { ...machineEnvironment(), ...environment },
    pipePath: workspace.outputPipe,
    heartbeatMs,
  });

  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    agent.kill();
    agent.output.destroy();
  };
  agent.output.on("error", fail);
  agent.output.on("data", (chunk: Buffer) => {
    try {
      for (const frame of reader.write(chunk)) send(frame);
    } catch (error) {
      fail(error);
    }
  });

  let endedBy: AgentResult["endedBy"] = "exit";
  const end = (reason: "abort" | "timeout"): void => {
    if (endedBy === "exit") endedBy = reason;
    agent.end(graceMs);
  };
  const abort = (): void => end("abort");
  // The agent has a session of its own: it would not notice that this process is gone.
  const kill = (): void => agent.kill();
  process.once("exit", kill);
  const timeout = setTimeout(() => end("timeout"), timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();

  try {
    const exitCode = await agent.exitCode();
    if (failure !== undefined) throw failure.error;
    const durationMs = performance.now() - startedAt;
    for (const frame of reader.finish(exitCode, durationMs)) send(frame);
    return { exitCode, endedBy, durationMs, unfinishedLine: reader.unfinishedLine };
  } finally {
    clearTimeout(timeout);
    process.off("exit", kill);
    signal?.removeEventListener("abort", abort);
    agent.output.destroy();
  }
}

/** What the caller sets, and then what the runner sets. These values are masked. */
function environmentOf(
  workspace: Workspace,
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given = Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    ...given,
    CHARM_WORKSPACE_DIR: workspace.path,
    CHARM_INPUT_FILE: workspace.inputFile,
    CHARM_HISTORY: given["CHARM_HISTORY"] ?? "[]",
    CHARM_TELEMETRY_STDOUT: given["CHARM_TELEMETRY_STDOUT"] ?? "full",
    TERM: "dumb",
  };
}

/** What programs need to start on this machine, which is nothing that a container would be told. */
function machineEnvironment(): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    npm_config_update_notifier: "false",
  };
}
