import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { ExporterHealth } from "@charm/telemetry-core";
import { onTestFinished } from "vitest";
import { folderWith, link, manifestText } from "./agent-folder.ts";

const PACKAGES = fileURLToPath(new URL("../../..", import.meta.url));

export interface EndedAgent {
  readonly code: number | null;
  readonly stdout: string;
  /** What the agent has printed itself. */
  readonly prints: string;
  readonly stderr: string;
  /** From the start of the process to its end. */
  readonly tookMs: number;
  /** The exporter's part of the final report. */
  readonly health: ExporterHealth | undefined;
}

/**
 * Runs an agent until it has ended: in a folder of its own, with core and an exporter of this repository installed as
 * they were built, that exporter in its charm.yaml, and in its thread unless the environment says otherwise.
 *
 * @param exporter its name in charm.yaml, and that of its folder.
 * @param installed further packages, name to folder.
 */
export async function runAgent(
  exporter: string,
  source: string,
  environment: Readonly<Record<string, string>>,
  installed: Readonly<Record<string, string>> = {},
): Promise<EndedAgent> {
  const name = `@charm/telemetry-${exporter}`;
  const packages = { "@charm/telemetry-core": join(PACKAGES, "core"), [name]: join(PACKAGES, exporter), ...installed };
  const dependencies = { "@charm/telemetry-core": "*", [name]: "*" };
  const folder = folderWith({
    "package.json": { name: "tide-agent", version: "1.0.0", type: "module", dependencies },
    "charm.yaml": manifestText(exporter),
    "agent.js": source,
  });
  for (const [each, target] of Object.entries(packages)) link(target, join(folder, "node_modules", each));

  const startMs = performance.now();
  const child = spawn(process.execPath, ["agent.js"], {
    cwd: folder,
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
  return { code, stdout, prints, stderr, tookMs, health: healthIn(stdout) };
}

function healthIn(stdout: string): ExporterHealth | undefined {
  const line = stdout.split("\n").findLast((one) => one.includes('"event":"report"'));
  if (line === undefined) return undefined;
  const { health } = JSON.parse(line.slice(line.indexOf("{"))) as { health: { exporters: ExporterHealth[] } };
  return health.exporters[0];
}
