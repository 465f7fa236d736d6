import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { ExporterHealth } from "@charm/telemetry-core";
import { onTestFinished } from "vitest";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

export interface EndedAgent {
  readonly code: number | null;
  /** What the agent has printed itself. */
  readonly prints: string;
  readonly stdout: string;
  readonly stderr: string;
  /** From the start of the process to its end. */
  readonly tookMs: number;
  /** The exporter's part of the final report. */
  readonly health: ExporterHealth | undefined;
}

/**
 * Runs an agent until it has ended: in a folder of its own, with the built packages installed, `datadog` in its
 * charm.yaml, and the exporter in its thread.
 */
export async function runAgent(source: string, environment: Readonly<Record<string, string>>): Promise<EndedAgent> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ["agent.js"], {
    cwd: agentFolder(source),
    env: {
      PATH: process.env["PATH"],
      CHARM_TELEMETRY_STDOUT: "full",
      CHARM_TELEMETRY_ISOLATION: "worker",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  const tookMs = performance.now() - startMs;
  const prints = stdout.replaceAll(/^__CHARM_EVENT__.*\n/gm, "");
  return { code, prints, stdout, stderr, tookMs, health: healthIn(stdout) };
}

function agentFolder(source: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "charm-datadog-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const installed = join(folder, "node_modules/@charm");
  mkdirSync(installed, { recursive: true });
  symlinkSync(join(PACKAGE, "../core"), join(installed, "telemetry-core"), "junction");
  symlinkSync(PACKAGE, join(installed, "telemetry-datadog"), "junction");
  const dependencies = { "@charm/telemetry-core": "*", "@charm/telemetry-datadog": "*" };
  const manifest = { name: "tide-agent", version: "1.0.0", type: "module", dependencies };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "charm.yaml"), CHARM_YAML);
  writeFileSync(join(folder, "agent.js"), source);
  return folder;
}

function healthIn(stdout: string): ExporterHealth | undefined {
  const line = stdout.split("\n").findLast((one) => one.includes('"event":"report"'));
  if (line === undefined) return undefined;
  const { health } = JSON.parse(line.slice(line.indexOf("{"))) as { health: { exporters: ExporterHealth[] } };
  return health.exporters[0];
}

const CHARM_YAML = `version: "0.4.2"
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
  telemetry: [datadog]
`;
