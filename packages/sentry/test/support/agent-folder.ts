import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ExporterHealth } from "@charm/telemetry-core";
import { onTestFinished } from "vitest";

const PACKAGES = join(import.meta.dirname, "../../..");
const MANIFEST = `version: "0.4.2"
persona:
  name: Tide Agent
  description: Tells the tides.
interface:
  input:
    type: object
  output:
    type: string
runtime:
  telemetry: [sentry]
  adapter:
    type: node
    entry_point: npm start
`;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the start of the process to its end. */
  readonly tookMs: number;
  /** The exporter's account in the final report. */
  readonly account: ExporterHealth | undefined;
}

/** Runs `code` as an agent that has this package installed and listed, in a process of its own. */
export async function runAgent(code: string, environment: Record<string, string>): Promise<Finished> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "charm-sentry-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const scope of ["@charm", "@sentry"]) mkdirSync(join(folder, "node_modules", scope), { recursive: true });
  symlinkSync(join(PACKAGES, "core"), join(folder, "node_modules/@charm/telemetry-core"));
  symlinkSync(join(PACKAGES, "sentry"), join(folder, "node_modules/@charm/telemetry-sentry"));
  symlinkSync(
    realpathSync(join(PACKAGES, "sentry/node_modules/@sentry/node")),
    join(folder, "node_modules/@sentry/node"),
  );
  const manifest = {
    name: "tide-agent",
    version: "1.0.0",
    type: "module",
    dependencies: { "@charm/telemetry-sentry": "*" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "charm.yaml"), MANIFEST);
  writeFileSync(join(folder, "agent.js"), code);

  const startMs = performance.now();
  const child = spawn(process.execPath, ["agent.js"], {
    cwd: folder,
    env: { PATH: process.env["PATH"], CHARM_TELEMETRY_STDOUT: "full", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [stdout, stderr, exit] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code: exit[0], stdout, stderr, tookMs: performance.now() - startMs, account: accountIn(stdout) };
}

function accountIn(stdout: string): ExporterHealth | undefined {
  const line = stdout.split("\n").findLast((one) => one.includes('"event":"report"'));
  if (line === undefined) return undefined;
  const { health } = JSON.parse(line.slice(line.indexOf("{"))) as { health: { exporters: ExporterHealth[] } };
  return health.exporters[0];
}
