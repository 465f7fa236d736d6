import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { ExporterHealth } from "@charm/telemetry-core";
import { EXPORTERS } from "./stand-ins.ts";

const AGENT = fileURLToPath(new URL("../agents/agent.js", import.meta.url));
const PACKAGES = fileURLToPath(new URL("../../../packages/", import.meta.url));

/** How a process may end, and the code or signal that everybody outside sees. */
export const ENDS = {
  natural: 0,
  "exit 0": 0,
  "exit 3": 3,
  "uncaught exception": 1,
  "unhandled rejection": 1,
  SIGTERM: "SIGTERM",
  SIGINT: "SIGINT",
} as const;

export type End = keyof typeof ENDS;

/** Whoever has not ended by then is ended: it is far beyond every deadline that an agent is given. */
const PATIENCE_MS = 100_000;

export interface AgentOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Names in charm.yaml: the three of this repository, and those of `more`. */
  readonly telemetry?: readonly string[];
  /** Further exporters, which come first: name to the source of a module whose default export is the class. */
  readonly more?: Readonly<Record<string, string>>;
  readonly end?: End;
  readonly tokens?: number;
  readonly toolCalls?: number;
}

/** Events of the agent's run: its start and end, two tool calls, an action, an LLM call, and what it is told to do. */
export function eventsOf({ tokens = 1, toolCalls = 0 }: Pick<AgentOptions, "tokens" | "toolCalls"> = {}): number {
  return 2 + 2 * 2 + 1 + 2 + tokens + 2 * toolCalls;
}

export interface EndedAgent {
  /** The exit code, or the signal. */
  readonly ended: number | NodeJS.Signals | null;
  /** What the agent has printed itself. */
  readonly prints: string;
  /** Kinds of the events that it has written for people, in order, such as `run_start`. */
  readonly lines: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that the process had at once, when it was told to tell; Linux alone knows. */
  readonly maxRssKiB: number;
  /** The final report, by the exporter's name; empty when there was none. */
  readonly health: Readonly<Record<string, ExporterHealth>>;
}

/** Runs the agent in a folder of its own until it has ended, exporters in their thread. */
export async function runAgent({
  environment = {},
  telemetry = EXPORTERS,
  more = {},
  end = "natural",
  tokens = 1,
  toolCalls = 0,
}: AgentOptions): Promise<EndedAgent> {
  const folder = agentFolder([...Object.keys(more), ...telemetry], more);
  const child = spawn(process.execPath, ["agent.js"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      CHARM_TELEMETRY_STDOUT: "full",
      CHARM_TELEMETRY_ISOLATION: "worker",
      TOKENS: String(tokens),
      TOOL_CALLS: String(toolCalls),
      END: end,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  const told = child.stdio[3] as Readable;
  if (end === "SIGTERM" || end === "SIGINT") told.once("data", () => child.kill(end));
  const [memory, stdout, stderr, [code, signal]] = await Promise.all([
    text(told),
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  rmSync(folder, { recursive: true, force: true });
  const prints = stdout.replaceAll(/^__CHARM_EVENT__.*\n/gm, "");
  return {
    ended: code ?? signal,
    prints,
    lines: Array.from(stdout.matchAll(/^__CHARM_EVENT__.*"event":"(\w+)"/gm), ([, event = ""]) => event),
    stdout,
    stderr,
    maxRssKiB: Number(memory) || 0,
    health: healthIn(stdout),
  };
}

function agentFolder(telemetry: readonly string[], more: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "charm-reliability-")));
  const write = (path: string, content: string | object): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
  };
  const dependencies: Record<string, string> = {};
  mkdirSync(join(folder, "node_modules/@charm"), { recursive: true });
  for (const name of ["core", ...EXPORTERS]) {
    dependencies[`@charm/telemetry-${name}`] = "*";
    symlinkSync(join(PACKAGES, name), join(folder, `node_modules/@charm/telemetry-${name}`), "junction");
  }
  for (const [name, source] of Object.entries(more)) {
    dependencies[`charm-telemetry-${name}`] = "*";
    const packageJson = { name: `charm-telemetry-${name}`, version: "1.0.0", type: "module" };
    const charm = { telemetry: { [name]: "./index.js" } };
    write(`node_modules/charm-telemetry-${name}/package.json`, { ...packageJson, charm });
    write(`node_modules/charm-telemetry-${name}/index.js`, source);
  }
  write("package.json", { name: "tide-agent", version: "1.0.0", type: "module", dependencies });
  write("charm.yaml", charmYaml(telemetry));
  cpSync(AGENT, join(folder, "agent.js"));
  return folder;
}

function healthIn(stdout: string): Record<string, ExporterHealth> {
  const line = stdout.split("\n").findLast((one) => one.includes('"event":"report"'));
  if (line === undefined) return {};
  const { health } = JSON.parse(line.slice(line.indexOf("{"))) as { health: { exporters: ExporterHealth[] } };
  return Object.fromEntries(health.exporters.map((exporter) => [exporter.name, exporter]));
}

function charmYaml(telemetry: readonly string[]): string {
  return `version: "0.4.2"
persona:
  name: Tide Agent
  description: Tells the tides.
interface:
  input: {}
  output: {}
runtime:
  adapter:
    type: node
    entry_point: node agent.js
  telemetry: [${telemetry.join(", ")}]
`;
}
