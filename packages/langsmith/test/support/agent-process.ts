import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExporterHealth } from "@charm/telemetry-core";
import { onTestFinished } from "vitest";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

export interface EndedAgent {
  readonly code: number | null;
  /** All of stdout. */
  readonly stdout: string;
  /** What the agent has printed itself. */
  readonly prints: string;
  readonly stderr: string;
  /** The exporter's part of the final report. */
  readonly health: ExporterHealth | undefined;
  /** From the agent's own last words to its end. */
  readonly endedAfterMs: number;
}

/** Runs an agent in a folder of its own, as built and installed, with `langsmith` in its charm.yaml. */
export async function runAgent(source: string, env: Record<string, string>): Promise<EndedAgent> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "charm-langsmith-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dependencies = { "@charm/telemetry-core": "*", "@charm/telemetry-langsmith": "*" };
  const files = {
    "package.json": JSON.stringify({ name: "agent", version: "1.0.0", type: "module", dependencies }),
    "charm.yaml": CHARM_YAML,
    "agent.mjs": `import { TelemetryManager } from "@charm/telemetry-core";\n${source}`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  for (const [name, target] of [
    ["telemetry-core", join(PACKAGE, "../core")],
    ["telemetry-langsmith", PACKAGE],
  ] as const) {
    const path = join(folder, "node_modules/@charm", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, "junction");
  }
  const child = spawn(process.execPath, ["agent.mjs"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      CHARM_TELEMETRY_STDOUT: "full",
      CHARM_TELEMETRY_ISOLATION: "worker",
      ...env,
    },
  });
  const started = { at: 0 };
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (started.at === 0 && /^last words$/m.test(stdout)) started.at = performance.now();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const report = stdout.split("\n").findLast((line) => line.includes('"event":"report"'));
  return {
    code,
    stdout,
    prints: stdout.replaceAll(/^__CHARM_EVENT__.*\n/gm, ""),
    stderr,
    health: report === undefined ? undefined : exporterIn(report),
    endedAfterMs: performance.now() - started.at,
  };
}

function exporterIn(line: string): ExporterHealth | undefined {
  const { health } = JSON.parse(line.slice("__CHARM_EVENT__".length)) as { health: { exporters: ExporterHealth[] } };
  return health.exporters[0];
}

const CHARM_YAML = `version: "0.4.2"
persona:
  name: Research Agent
  description: Ends right after its last event
interface:
  input: {}
  output: {}
runtime:
  adapter:
    type: node
    entry_point: node agent.mjs
    environment_variables:
      models: []
      tools: [LANGSMITH_API_KEY]
  telemetry: [langsmith]
`;
